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

    /// Those of a Region whose policies nobody has looked at yet.
    func bindBuckets(in store: RegionStore) async throws {
        while try await bindSomeBuckets(in: store) {}
    }

    private func bindSomeBuckets(in store: RegionStore) async throws -> Bool {
        let found = try await store.database.read { transaction in
            let table = BucketTable(transaction)
            return try table.unbound(limit: Self.batch).map { (bucket: $0, settings: try table.settings(of: $0)) }
        }
        guard !found.isEmpty else { return false }
        let bound = try await directory.read { transaction in
            try found.map { bucket, settings -> (BucketName, BucketSettings?) in
                guard let policy = settings.policy, settings.policyIDs == nil else { return (bucket, nil) }
                var settings = settings
                settings.policyIDs = try NamedPrincipals(transaction).remaining(of: policy.principalNames)
                return (bucket, settings)
            }
        }
        try await store.database.write { transaction in
            let table = BucketTable(transaction)
            for (bucket, settings) in bound {
                if let settings { try table.set(settings, of: bucket) }
                try table.setBound(bucket)
            }
        }
        return true
    }
}
