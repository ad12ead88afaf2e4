import Domain
import Metadata
import Sealing

/// A key to be made.
package struct KeyCreation: Sendable {
    package var description = ""
    package var usage = KeyUsage.encryptDecrypt
    package var spec = KeySpec.symmetric
    package var policy: String?
    package var skipsLockoutCheck = false
    package var tags: [Tag] = []

    package init() {}
}

extension Keys {
    /// Makes a key of the account, enabled at once.
    package func create(_ creation: KeyCreation) async throws -> DescribedKey {
        guard creation.spec.usages.contains(creation.usage) else {
            throw Fault(
                .validationException,
                "KeyUsage \(creation.usage.rawValue) is not compatible with KeySpec \(creation.spec.rawValue)"
            )
        }
        try KeyTagRules.check(creation.tags)
        let policy = creation.policy ?? KeyPolicy.standard(for: call.account, in: call.region)
        let ids = try await checkPolicy(policy, skipsLockoutCheck: creation.skipsLockoutCheck)
        let key = KMSKey(
            account: call.account,
            region: call.region,
            description: creation.description,
            usage: creation.usage,
            spec: creation.spec,
            createdAt: call.now,
            policy: policy,
            policyIDs: ids
        )
        let material = try await KeyMaking.material(for: creation.spec)
        let ring = ring
        let max = try await call.quota(.keys)
        try await call.commit { transaction in
            guard try QuotaUsageTable(transaction).count(.key, of: key.account) < max else {
                throw Fault(.kmsLimitExceeded, "The account has \(max) keys in this Region, which is the most it can have")
            }
            try ring.insert(key, material: material, in: transaction)
            try KeyTagTable(transaction).set(creation.tags, on: key.id)
        }
        return try await describe(key)
    }
}
