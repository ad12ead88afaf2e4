import Domain
import Metadata

/// Looks whom the policies and grants of an older Ferry name, at the first start of one that keeps it. Nobody is served before.
package struct PrincipalBinding {
    private static let batch = 100

    private let directory: Database

    package init(directory: Database) { self.directory = directory }

    package func run(in regions: [RegionStore]) async throws {
        while try await bindRoles() {}
        for store in regions {
            while try await bindKeys(in: store) {}
            while try await bindGrants(in: store) {}
            try await bindBuckets(in: store)
        }
    }

    private func bindRoles() async throws -> Bool {
        try await directory.write { transaction in
            let roles = try IAMIdentityTable(transaction).unbound(limit: Self.batch)
            for var role in roles {
                // One that cannot be read lets nobody in.
                let names = (try? PolicyDocument.kept(role.trust ?? "", of: .trust))?.principalNames ?? []
                role.trustIDs = try NamedPrincipals(transaction).remaining(of: names)
                try IAMIdentityTable(transaction).update(role)
            }
            return !roles.isEmpty
        }
    }

    private func bindKeys(in store: RegionStore) async throws -> Bool {
        let region = store.region
        let keys = try await store.database.read { try KeyTable($0, in: region).unbound(limit: Self.batch) }
        guard !keys.isEmpty else { return false }
        let bound = try await directory.read { transaction in
            try keys.map { key in
                var key = key
                let names = (try? Policy(parsing: Array(key.policy.utf8), isKept: true))?.principalNames ?? []
                key.policyIDs = try NamedPrincipals(transaction).remaining(of: names)
                return key
            }
        }
        try await store.database.write { transaction in
            for key in bound { try KeyTable(transaction, in: region).update(key) }
        }
        return true
    }

    private func bindGrants(in store: RegionStore) async throws -> Bool {
        let grants = try await store.database.read { try GrantTable($0).unbound(limit: Self.batch) }
        guard !grants.isEmpty else { return false }
        let bound = try await directory.read { transaction in
            try grants.map { ($0, try NamedPrincipals(transaction).remaining(of: $0.principals)) }
        }
        try await store.database.write { transaction in
            for (grant, ids) in bound { try GrantTable(transaction).set(ids, of: grant) }
        }
        return true
    }

    private func bindBuckets(in store: RegionStore) async throws {
        var last: BucketName?
        while true {
            let page = try await store.database.read { [last] in try BucketTable($0).settings(after: last, limit: Self.batch) }
            guard let next = page.last?.bucket else { return }
            last = next
            let unbound = page.filter { $0.settings.policy != nil && $0.settings.policyIDs == nil }
            guard !unbound.isEmpty else { continue }
            let bound = try await directory.read { transaction in
                try unbound.map { bucket, settings in
                    var settings = settings
                    settings.policyIDs = try NamedPrincipals(transaction).remaining(of: settings.policy?.principalNames ?? [])
                    return (bucket, settings)
                }
            }
            try await store.database.write { transaction in
                for (bucket, settings) in bound { try BucketTable(transaction).set(settings, of: bucket) }
            }
        }
    }
}
