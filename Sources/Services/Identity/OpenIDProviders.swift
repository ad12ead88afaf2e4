import Domain
import Metadata

/// The OpenID Connect providers of the caller's account.
package struct OpenIDProviders: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// - Throws: `Fault` `InvalidInput`, `EntityAlreadyExists`, `LimitExceeded`.
    package func create(_ address: String, clientIDs: [String], thumbprints: [String], tags: [Tag]) async throws -> OpenIDProvider {
        guard let url = OpenIDProvider.url(of: address) else {
            throw Fault(
                .invalidInput,
                "Invalid Open ID Connect Provider URL: it must be a host and a path behind https://, without port and query."
            )
        }
        try Self.check(clientIDs: clientIDs)
        try Self.check(thumbprints: thumbprints)
        let provider = OpenIDProvider(
            id: IAMID.random(prefix: "OIDC"),
            account: call.account,
            url: url,
            clientIDs: clientIDs,
            thumbprints: thumbprints,
            createdAt: call.now
        )
        try await call.changeIAM { transaction in
            let table = IAMProviderTable(transaction)
            let known = try table.providers(of: provider.account)
            guard !known.contains(where: { $0.url == url }) else {
                throw Fault(.entityAlreadyExists, "Provider with url \(address) already exists.")
            }
            let max = try QuotaTable(transaction).value(of: .openIDProviders, for: provider.account)
            guard known.count < max else { throw Fault.limitExceeded("OpenIdConnectProvidersPerAccount", max) }
            try table.insert(provider)
            try IAMTagTable(transaction).set(tags, on: provider.id)
        }
        return provider
    }

    package func list() async throws -> [OpenIDProvider] {
        let account = call.account
        return try await call.readIAM { try IAMProviderTable($0).providers(of: account) }
    }

    package func describe(_ arn: String) async throws -> (provider: OpenIDProvider, tags: [Tag]) {
        let call = call
        return try await call.readIAM { transaction in
            let provider = try Self.require(arn, by: call, in: transaction)
            return (provider, try IAMTagTable(transaction).tags(of: provider.id))
        }
    }

    /// Deleting what is not there is fine.
    package func delete(_ arn: String) async throws {
        let call = call
        let url = try Self.url(of: arn, by: call)
        try await call.changeIAM { transaction in
            let table = IAMProviderTable(transaction)
            if let provider = try table.provider(url, of: call.account) { try table.delete(provider) }
        }
    }

    /// Adding what is there is fine.
    package func add(clientID: String, to arn: String) async throws {
        try await change(arn) { provider in
            guard !provider.clientIDs.contains(clientID) else { return }
            provider.clientIDs.append(clientID)
            try Self.check(clientIDs: provider.clientIDs)
        }
    }

    /// Removing what is not there is fine.
    package func remove(clientID: String, from arn: String) async throws {
        try await change(arn) { $0.clientIDs.removeAll { $0 == clientID } }
    }

    package func setThumbprints(of arn: String, to thumbprints: [String]) async throws {
        try Self.check(thumbprints: thumbprints)
        try await change(arn) { $0.thumbprints = thumbprints }
    }

    package func tag(_ arn: String, with tags: [Tag]) async throws {
        let call = call
        try await call.changeIAM { try IAMTagTable($0).set(tags, on: Self.require(arn, by: call, in: $0).id) }
    }

    package func untag(_ arn: String, keys: [String]) async throws {
        let call = call
        try await call.changeIAM { try IAMTagTable($0).remove(keys: keys, from: Self.require(arn, by: call, in: $0).id) }
    }

    package func tags(of arn: String, _ page: IAMPageRequest) async throws -> Page<Tag> {
        let id = try await describe(arn).provider.id
        return try await page.page(of: "tags/\(id)", in: call, place: IAMTagTable.place) { after, limit in
            try await call.readIAM { try IAMTagTable($0).tags(of: id, after: after, limit: limit) }
        }
    }

    private func change(_ arn: String, _ body: @escaping @Sendable (inout OpenIDProvider) throws -> Void) async throws {
        let call = call
        try await call.changeIAM { transaction in
            var provider = try Self.require(arn, by: call, in: transaction)
            try body(&provider)
            try IAMProviderTable(transaction).update(provider)
        }
    }

    private static func url(of arn: String, by call: Call) throws -> String {
        guard let url = OpenIDProvider.url(ofARN: arn, account: call.account, in: call.region.partition) else {
            throw Fault(.invalidInput, "ARN \(arn) is not that of an OpenID Connect provider of this account.")
        }
        return url
    }

    private static func require(_ arn: String, by call: Call, in transaction: Transaction) throws -> OpenIDProvider {
        guard let provider = try IAMProviderTable(transaction).provider(url(of: arn, by: call), of: call.account) else {
            throw Fault(.noSuchEntity, "OpenIDConnect Provider not found for arn \(arn)")
        }
        return provider
    }

    private static func check(clientIDs: [String]) throws {
        guard Set(clientIDs).count == clientIDs.count else { throw Fault(.invalidInput, "A client ID is given twice.") }
        let max = OpenIDProvider.clientIDsMax
        guard clientIDs.count <= max else { throw Fault.limitExceeded("ClientIdsPerOpenIdConnectProvider", max) }
    }

    private static func check(thumbprints: [String]) throws {
        let max = OpenIDProvider.thumbprintsMax
        guard thumbprints.count <= max else { throw Fault(.invalidInput, "Thumbprint list must contain fewer than \(max) entries.") }
        guard let wrong = thumbprints.first(where: { !OpenIDProvider.isThumbprint($0) }) else { return }
        throw Fault(.invalidInput, "The thumbprint '\(wrong)' is not 40 hexadecimal digits.")
    }
}
