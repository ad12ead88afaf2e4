import Domain
import Metadata

extension IAMIdentity {
    /// How long what it says of itself is.
    fileprivate var documentBytes: Int { trust?.utf8.count ?? 0 }
}

/// What all identities of IAM have in common.
package struct IAMIdentities: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// The ARN of one by its name; where there is none, the one that it would have without a path.
    package func arn(_ kind: IAMIdentity.Kind, _ name: String) async throws -> ARN {
        let (account, partition) = (call.account, call.region.partition)
        let known = try await call.readIAM { try IAMIdentityTable($0).find(kind, name, of: account) }
        return known?.arn(in: partition) ?? IAMIdentity.arn(kind, "/\(name)", of: account, in: partition)
    }

    /// Nil where there is none of the name.
    func path(of kind: IAMIdentity.Kind, _ name: String) async throws -> String? {
        let account = call.account
        return try await call.readIAM { try IAMIdentityTable($0).find(kind, name, of: account)?.path }
    }

    package func find(_ kind: IAMIdentity.Kind, _ name: String) async throws -> IAMIdentity {
        let account = call.account
        return try await call.readIAM { try IAMIdentityTable($0).require(kind, name, of: account) }
    }

    package func list(_ kind: IAMIdentity.Kind, pathPrefix: String?, _ page: IAMPageRequest) async throws -> Page<IAMIdentity> {
        let (account, prefix) = (call.account, pathPrefix ?? "/")
        return try await page.page(of: "\(kind.rawValue)\(prefix)", in: call, cost: \.documentBytes, place: IAMIdentityTable.place) {
            after,
            limit in
            try await call.readIAM {
                let found = try IAMIdentityTable($0).list(kind, of: account, pathPrefix: prefix, after: after, limit: limit)
                return try found.map(NamedPrincipals($0).told)
            }
        }
    }

    /// The identity with its tags, as answers about one have it.
    package func describe(_ kind: IAMIdentity.Kind, _ name: String) async throws -> (identity: IAMIdentity, tags: [Tag]) {
        let account = call.account
        return try await call.readIAM { transaction in
            let identity = try IAMIdentityTable(transaction).require(kind, name, of: account)
            return (try NamedPrincipals(transaction).told(identity), try IAMTagTable(transaction).tags(of: identity.id))
        }
    }

    package func tag(_ kind: IAMIdentity.Kind, _ name: String, with tags: [Tag]) async throws {
        try await change(kind, name) { try IAMTagTable($1).set(tags, on: $0.id) }
    }

    package func untag(_ kind: IAMIdentity.Kind, _ name: String, keys: [String]) async throws {
        try await change(kind, name) { try IAMTagTable($1).remove(keys: keys, from: $0.id) }
    }

    package func tags(of kind: IAMIdentity.Kind, _ name: String, _ page: IAMPageRequest) async throws -> Page<Tag> {
        let id = try await find(kind, name).id
        return try await page.page(of: "tags/\(id)", in: call, place: IAMTagTable.place) { after, limit in
            try await call.readIAM { try IAMTagTable($0).tags(of: id, after: after, limit: limit) }
        }
    }

    /// Changes one that is there.
    func change<Value: Sendable>(
        _ kind: IAMIdentity.Kind,
        _ name: String,
        _ body: @escaping @Sendable (IAMIdentity, Transaction) throws -> Value
    ) async throws -> Value {
        let account = call.account
        return try await call.changeIAM { try body(IAMIdentityTable($0).require(kind, name, of: account), $0) }
    }
}
