import Wire

/// The table of contents of KMS.
extension KMSService {
    static let actions: [String: any Action<JSONReader>.Type] = Dictionary(
        uniqueKeysWithValues: (keys + aliases + policies + rotation + grants + tags + cryptography).map { ($0.name, $0) }
    )

    private static let keys: [any Action<JSONReader>.Type] = [
        CancelKeyDeletion.self, CreateKey.self, DescribeKey.self, DisableKey.self, EnableKey.self, ListKeys.self,
        ScheduleKeyDeletion.self, UpdateKeyDescription.self,
    ]
    private static let aliases: [any Action<JSONReader>.Type] = [CreateAlias.self, DeleteAlias.self, ListAliases.self, UpdateAlias.self]
    private static let policies: [any Action<JSONReader>.Type] = [GetKeyPolicy.self, ListKeyPolicies.self, PutKeyPolicy.self]
    private static let rotation: [any Action<JSONReader>.Type] = [
        DisableKeyRotation.self, EnableKeyRotation.self, GetKeyRotationStatus.self, ListKeyRotations.self, RotateKeyOnDemand.self,
    ]
    private static let grants: [any Action<JSONReader>.Type] = [
        CreateGrant.self, ListGrants.self, ListRetirableGrants.self, RetireGrant.self, RevokeGrant.self,
    ]
    private static let tags: [any Action<JSONReader>.Type] = [ListResourceTags.self, TagResource.self, UntagResource.self]
    private static let cryptography: [any Action<JSONReader>.Type] = [
        Decrypt.self, DeriveSharedSecret.self, Encrypt.self, GenerateDataKey.self, GenerateDataKeyPair.self,
        GenerateDataKeyPairWithoutPlaintext.self, GenerateDataKeyWithoutPlaintext.self, GenerateMac.self, GenerateRandom.self,
        GetPublicKey.self, ReEncrypt.self, Sign.self,
        Verify.self, VerifyMac.self,
    ]
}
