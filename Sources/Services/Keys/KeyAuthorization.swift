import Domain

/// What no policy of a key can give: what is left when `Authorizer` has let a call pass by the key's policy, its grants and those of the caller.
struct KeyAuthorization: Sendable {
    let principal: Principal

    /// - Parameter operation: the name of the action, as in `kms:Encrypt`.
    func require(_ operation: String, on key: KMSKey) throws(KeyUnusable) {
        let denied = KeyUnusable(key.arn, .denied(operation: operation, principal: principal.arn(in: key.region.partition)))
        guard key.account == principal.account || Self.reachesOtherAccounts(operation) else { throw denied }
        guard key.manager == .customer || Self.isAllowedOnManagedKeys(operation) else { throw denied }
    }

    /// What a key can let other accounts do; the rest is done within its own, whatever its policy says (KMS's table of actions, "Cross-account use").
    static func reachesOtherAccounts(_ operation: String) -> Bool { abroad.contains(operation) }

    private static let abroad: Set<String> = [
        "CreateGrant", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GetKeyRotationStatus", "GetPublicKey",
        "ListGrants", "ListKeyRotations", "ReEncryptFrom", "ReEncryptTo", "RetireGrant", "RevokeGrant", "Sign", "Verify", "VerifyMac",
    ]

    /// What the policies of keys that Ferry manages leave to callers. The rest goes through EC2 and S3, which use the key ring itself.
    private static func isAllowedOnManagedKeys(_ operation: String) -> Bool {
        ["Describe", "Get", "List"].contains(where: operation.hasPrefix) || operation == "RevokeGrant"
    }
}
