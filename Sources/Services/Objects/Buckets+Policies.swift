import Domain

extension Buckets {
    /// Sets who gets into a bucket.
    ///
    /// - Throws: `Fault` `MalformedPolicy` for a name that is nobody's; `AccessDenied`, `NoSuchBucket`.
    package func set(_ policy: BucketPolicy, of bucket: String) async throws {
        // Who may not change the bucket is not told of its policy.
        _ = try await require(bucket)
        let ids = try await call.deployment.principalIDs(of: policy.principalNames) { _ in
            Fault(FaultCode(rawValue: "MalformedPolicy"), "Invalid principal in policy")
        }
        try await change(bucket) { try $0.set(policy, naming: ids) }
    }

    /// The policy of a bucket as it is told; nil where there is none.
    package func policy(of bucket: String) async throws -> String? {
        let settings = try await settings(of: bucket)
        guard let policy = settings.policy else { return nil }
        return try await call.deployment.told(policy.text, settings.policyIDs)
    }
}
