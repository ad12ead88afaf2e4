import Domain

extension Keys {
    package func policy(of reference: String, name: String?) async throws -> String {
        let key = try await find(reference, for: "GetKeyPolicy")
        guard (name ?? KeyPolicy.name) == KeyPolicy.name else { throw Fault(.notFound, "No such policy exists") }
        return try await call.deployment.told(key.policy, key.policyIDs)
    }

    package func setPolicy(_ policy: String, of reference: String, name: String?, skipsLockoutCheck: Bool) async throws {
        guard (name ?? KeyPolicy.name) == KeyPolicy.name else {
            throw Fault(.validationException, "PolicyName can only be '\(KeyPolicy.name)'")
        }
        // The caller learns that the key is none of his before he learns of his policy.
        _ = try await find(reference, for: "PutKeyPolicy")
        let ids = try await checkPolicy(policy, skipsLockoutCheck: skipsLockoutCheck)
        try await change(reference, for: "PutKeyPolicy") { key, _ in (key.policy, key.policyIDs) = (policy, ids) }
    }

    /// The names of a key's policies: there is one.
    package func policyNames(of reference: String, _ page: KeyPageRequest) async throws -> Page<String> {
        let key = try await find(reference, for: "ListKeyPolicies")
        return try await page.page(of: "policies/\(key.id)", in: call, standard: 100, place: \.self) { place, _ in
            place == nil ? [KeyPolicy.name] : []
        }
    }

    /// - Returns: whom it names.
    func checkPolicy(_ text: String, skipsLockoutCheck: Bool) async throws -> PrincipalIDs {
        let policy = try KeyPolicy(text)
        if !skipsLockoutCheck {
            try policy.requireManageable(by: call.principal.arn(in: call.region.partition), of: call.account, in: call.region)
        }
        return try await call.deployment.principalIDs(of: policy.principalNames) { _ in
            Fault(.malformedPolicyDocument, "Policy contains a statement with one or more invalid principals.")
        }
    }
}
