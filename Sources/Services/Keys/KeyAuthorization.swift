import Domain

/// Who may do what with a key: the one place that decides it.
///
/// Today a key may be used by the account that owns it, through its root user, and a key that Ferry manages lets itself be looked at.
/// When there are users and roles, their policies, the key's policy and its grants decide here, with `context` and the grants of a call.
struct KeyAuthorization: Sendable {
    let principal: Principal

    /// - Parameter operation: the name of the action, as in `kms:Encrypt`.
    func require(_ operation: String, on key: KMSKey) throws(KeyUnusable) {
        let denied = KeyUnusable(key.arn, .denied(operation: operation, principal: principal.arn(in: key.region.partition)))
        guard key.account == principal.account else { throw denied }
        guard key.manager == .customer || Self.isAllowedOnManagedKeys(operation) else { throw denied }
    }

    /// What the policies of keys that Ferry manages leave to callers. The rest goes through EC2 and S3, which use the key ring itself.
    private static func isAllowedOnManagedKeys(_ operation: String) -> Bool {
        ["Describe", "Get", "List"].contains(where: operation.hasPrefix) || operation == "RevokeGrant"
    }
}
