/// What a grant can allow.
package enum GrantOperation: String, Sendable, CaseIterable {
    case decrypt = "Decrypt"
    case encrypt = "Encrypt"
    case generateDataKey = "GenerateDataKey"
    case generateDataKeyWithoutPlaintext = "GenerateDataKeyWithoutPlaintext"
    case reEncryptFrom = "ReEncryptFrom"
    case reEncryptTo = "ReEncryptTo"
    case sign = "Sign"
    case verify = "Verify"
    case getPublicKey = "GetPublicKey"
    case createGrant = "CreateGrant"
    case retireGrant = "RetireGrant"
    case describeKey = "DescribeKey"
    case generateDataKeyPair = "GenerateDataKeyPair"
    case generateDataKeyPairWithoutPlaintext = "GenerateDataKeyPairWithoutPlaintext"
    case generateMAC = "GenerateMac"
    case verifyMAC = "VerifyMac"
    case deriveSharedSecret = "DeriveSharedSecret"

    /// Whether a key can do this at all.
    package func isPossible(with key: KMSKey) -> Bool {
        switch self {
        case .createGrant, .retireGrant, .describeKey: true
        case .decrypt, .encrypt, .reEncryptFrom, .reEncryptTo: key.usage == .encryptDecrypt
        case .generateDataKey, .generateDataKeyWithoutPlaintext, .generateDataKeyPair, .generateDataKeyPairWithoutPlaintext:
            key.spec == .symmetric
        case .sign, .verify: key.usage == .signVerify
        case .getPublicKey: !key.spec.isSymmetric
        case .generateMAC, .verifyMAC: key.usage == .generateVerifyMAC
        case .deriveSharedSecret: key.usage == .keyAgreement
        }
    }
}
