import Domain
import Foundation
import Metadata

extension Keys {
    /// Makes a grant. The same again by name is the grant that there is.
    package func grant(_ creation: GrantCreation, on reference: String) async throws -> (id: String, token: String) {
        let key = try await find(reference, for: "CreateGrant")
        try key.requireUsable()
        let names = Set([creation.grantee, creation.retiringPrincipal].compactMap(\.self))
        let ids = try await call.deployment.principalIDs(of: names) { Fault(.invalidArn, "ARN does not refer to a valid principal: \($0)") }
        let grant = KeyGrant(
            key: key.id,
            name: creation.name,
            grantee: creation.grantee,
            retiringPrincipal: creation.retiringPrincipal,
            issuer: key.account,
            operations: creation.operations,
            constraint: creation.constraint,
            createdAt: call.now,
            principalIDs: ids
        )
        try grant.check(for: key)
        let max = try await call.quota(.grantsOfKey, of: key.account)
        let made = try await call.commit { transaction in
            let table = GrantTable(transaction)
            if let name = grant.name, let known = try table.grants(on: key.id, named: name).first(where: grant.isSame) { return known }
            guard try QuotaUsageTable(transaction).count(.grant, of: key.id) < max else {
                throw Fault(.kmsLimitExceeded, "\(key.arn) has \(max) grants, which is the most it can have")
            }
            try table.insert(grant)
            return grant
        }
        return (made.id, token(of: made.id))
    }

    /// Grants on a key; of one grantee, or the one of this id.
    package func grants(on reference: String, id: String?, grantee: String?, _ page: KeyPageRequest) async throws -> Page<KeyGrant> {
        let key = try await find(reference, for: "ListGrants")
        let database = call.store.database
        let grants = try await page.page(of: "grants/\(key.id)/\(id ?? "")/\(grantee ?? "")", in: call, standard: 50, max: 100, place: \.id)
        {
            place,
            limit in
            var found: [KeyGrant] = []
            var after = place
            // What matches may be rare: on to the next batch until the page is full.
            while found.count < limit {
                let batch = try await database.read { [after] in try GrantTable($0).grants(on: key.id, after: after, limit: 1000) }
                found += batch.filter { (id == nil || $0.id == id) && (grantee == nil || $0.grantee == grantee) }
                guard batch.count == 1000 else { break }
                after = batch.last?.id
            }
            return Array(found.prefix(limit))
        }
        return try await told(grants)
    }

    /// Grants as they are told: by the names of now, and by the ids of whoever is gone.
    private func told(_ grants: Page<KeyGrant>) async throws -> Page<KeyGrant> {
        guard grants.elements.contains(where: { $0.principalIDs?.byARN.isEmpty == false }) else { return grants }
        let elements = try await call.deployment.directory.read { transaction in
            try grants.elements.map { $0.renaming(try NamedPrincipals(transaction).renamed($0.principalIDs)) }
        }
        return Page(elements: elements, nextToken: grants.nextToken)
    }

    package func grants(retirableBy principal: String, _ page: KeyPageRequest) async throws -> Page<KeyGrant> {
        let (account, database) = (call.account, call.store.database)
        let grants = try await page.page(of: "retirable/\(principal)", in: call, standard: 50, max: 100, place: \.id) { place, limit in
            // Each account sees the grants on its own keys.
            try await database.read { try GrantTable($0).grants(retirableBy: principal, issuer: account, after: place, limit: limit) }
        }
        return try await told(grants)
    }

    package func revokeGrant(_ id: String, on reference: String) async throws {
        let key = try await find(reference, for: "RevokeGrant")
        try await remove(id, on: key)
    }

    /// The caller is let in by the grant, where every call is authorised.
    package func retireGrant(_ id: String, on reference: String) async throws {
        let key = try await find(reference, for: "RetireGrant")
        try await remove(id, on: key)
    }

    package func retireGrant(token: String) async throws {
        let grant = try await grant(of: token)
        try await retireGrant(grant.id, on: grant.keyARN)
    }

    /// What a token names.
    ///
    /// - Throws: `Fault` `InvalidGrantTokenException`, also for a grant that is gone.
    package func grant(of token: String) async throws -> (id: String, keyARN: String) {
        let id = try open(token)
        let found = try await call.store.database.read { [region = call.region] transaction -> KeyARN? in
            guard let grant = try GrantTable(transaction).grant(id), let key = try KeyTable(transaction, in: region).key(grant.key) else {
                return nil
            }
            return KeyARN(region: region, account: key.account, resource: .key(key.id))
        }
        guard let found else { throw Fault(.invalidGrantToken, "The grant of this token does not exist") }
        return (id, found.description)
    }

    /// Refuses what is no grant token of this Ferry. What a grant allows is looked up when there is somebody to allow it to.
    package func checkGrantTokens(_ tokens: [String]) throws {
        for token in tokens { _ = try open(token) }
    }

    private func remove(_ id: String, on key: KMSKey) async throws {
        guard id.wholeMatch(of: /[0-9a-f]{64}/) != nil else { throw Fault(.invalidGrantID, "Grant ID '\(id.prefix(128))' is not valid") }
        try await call.commit { transaction in
            let table = GrantTable(transaction)
            guard try table.grant(id)?.key == key.id else { throw Fault(.notFound, "Grant ID \(id) not found") }
            try table.delete(id)
        }
    }

    private static let tokenLifetime: TimeInterval = 100 * 365 * 86_400

    private func token(of grant: String) -> String {
        call.deployment.tokens.seal(Array(grant.utf8), as: .grant, until: call.now.addingTimeInterval(Self.tokenLifetime))
    }

    private func open(_ token: String) throws -> String {
        guard let content = call.deployment.tokens.open(token, as: .grant, at: call.now) else {
            throw Fault(.invalidGrantToken, "The grant token is not valid")
        }
        return String(decoding: content, as: UTF8.self)
    }
}
