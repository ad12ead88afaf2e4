import Domain
import Metadata

/// The versions of managed policies: one is in force, and at most five are kept.
extension ManagedPolicies {
    /// - Throws: `Fault` `MalformedPolicyDocument`, `LimitExceeded`.
    package func createVersion(of arn: String, document: String, isDefault: Bool) async throws -> DescribedVersion {
        try Self.check(document)
        let now = call.now
        return try await change(arn) { policy, transaction in
            var policy = policy
            let table = IAMPolicyTable(transaction)
            guard try table.versions(of: policy.id).count < ManagedPolicy.versionsMax else {
                throw Fault(
                    .limitExceeded,
                    "A managed policy can have up to \(ManagedPolicy.versionsMax) versions. Before you create a new version, you must delete "
                        + "an existing version."
                )
            }
            policy.latestVersion += 1
            policy.updatedAt = now
            if isDefault { policy.defaultVersion = policy.latestVersion }
            let version = ManagedPolicyVersion(number: policy.latestVersion, document: document, createdAt: now)
            try table.insert(version, of: policy.id)
            try table.update(policy)
            return DescribedVersion(version, of: policy)
        }
    }

    package func version(_ id: String, of arn: String) async throws -> DescribedVersion {
        let versions = try await allVersions(of: arn)
        guard let version = versions.first(where: { $0.id == id }) else { throw Self.notFound(version: id, of: arn) }
        return version
    }

    /// The newest first.
    package func versions(of arn: String, _ page: IAMPageRequest) async throws -> Page<DescribedVersion> {
        let versions = try await allVersions(of: arn)
        return try await page.page(of: "versions/\(arn)", in: call, place: \.id) { after, limit in
            let start = versions.firstIndex { $0.id == after }.map { $0 + 1 } ?? 0
            return Array(versions.dropFirst(start).prefix(limit))
        }
    }

    /// - Throws: `Fault` `DeleteConflict` for the version in force.
    package func deleteVersion(_ id: String, of arn: String) async throws {
        try await change(arn) { policy, transaction in
            let number = try Self.require(version: id, of: policy, arn, in: transaction)
            guard number != policy.defaultVersion else { throw Fault(.deleteConflict, "Cannot delete the default version of a policy.") }
            try IAMPolicyTable(transaction).deleteVersion(number, of: policy.id)
        }
    }

    package func setDefaultVersion(_ id: String, of arn: String) async throws {
        let now = call.now
        try await change(arn) { policy, transaction in
            var policy = policy
            policy.defaultVersion = try Self.require(version: id, of: policy, arn, in: transaction)
            policy.updatedAt = now
            try IAMPolicyTable(transaction).update(policy)
        }
    }

    private func allVersions(of arn: String) async throws -> [DescribedVersion] {
        let call = call
        return try await call.readIAM { transaction in
            switch try Self.find(arn, by: call, in: transaction) {
            case .aws(let policy): [DescribedVersion(policy)]
            case .customer(let policy):
                try IAMPolicyTable(transaction).versions(of: policy.id).map { DescribedVersion($0, of: policy) }
            }
        }
    }

    private static func require(version id: String, of policy: ManagedPolicy, _ arn: String, in transaction: Transaction) throws -> Int {
        guard let number = ManagedPolicyVersion.number(of: id), try IAMPolicyTable(transaction).version(number, of: policy.id) != nil else {
            throw notFound(version: id, of: arn)
        }
        return number
    }

    private static func notFound(version: String, of arn: String) -> Fault {
        Fault(.noSuchEntity, "Policy \(arn) version \(version) does not exist or is not attachable.")
    }
}
