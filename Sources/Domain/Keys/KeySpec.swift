/// The kind of a key's material. Each case is one that Ferry can make: of KMS's, those that the cryptographic library has.
package enum KeySpec: String, Sendable, CaseIterable {
    case symmetric = "SYMMETRIC_DEFAULT"
    case hmac256 = "HMAC_256"
    case hmac384 = "HMAC_384"
    case hmac512 = "HMAC_512"
    case rsa2048 = "RSA_2048"
    case rsa3072 = "RSA_3072"
    case rsa4096 = "RSA_4096"
    case p256 = "ECC_NIST_P256"
    case p384 = "ECC_NIST_P384"
    case p521 = "ECC_NIST_P521"
    case ed25519 = "ECC_NIST_EDWARDS25519"
    case mlDSA65 = "ML_DSA_65"
    case mlDSA87 = "ML_DSA_87"

    package var isSymmetric: Bool {
        switch self {
        case .symmetric, .hmac256, .hmac384, .hmac512: true
        default: false
        }
    }

    package var isRSA: Bool {
        switch self {
        case .rsa2048, .rsa3072, .rsa4096: true
        default: false
        }
    }

    /// What a key of this kind can be made for, as KMS allows it.
    package var usages: [KeyUsage] {
        switch self {
        case .symmetric: [.encryptDecrypt]
        case .hmac256, .hmac384, .hmac512: [.generateVerifyMAC]
        case .rsa2048, .rsa3072, .rsa4096: [.encryptDecrypt, .signVerify]
        case .p256, .p384, .p521: [.signVerify, .keyAgreement]
        case .ed25519, .mlDSA65, .mlDSA87: [.signVerify]
        }
    }

    package func encryptionAlgorithms(for usage: KeyUsage) -> [EncryptionAlgorithm] {
        guard usage == .encryptDecrypt else { return [] }
        if isRSA { return [.oaepSHA1, .oaepSHA256] }
        return self == .symmetric ? [.symmetric] : []
    }

    package func signingAlgorithms(for usage: KeyUsage) -> [SigningAlgorithm] {
        guard usage == .signVerify else { return [] }
        switch self {
        case .rsa2048, .rsa3072, .rsa4096:
            return [.pkcs1SHA256, .pkcs1SHA384, .pkcs1SHA512, .pssSHA256, .pssSHA384, .pssSHA512]
        case .p256: return [.ecdsaSHA256]
        case .p384: return [.ecdsaSHA384]
        case .p521: return [.ecdsaSHA512]
        case .ed25519: return [.ed25519]
        case .mlDSA65, .mlDSA87: return [.mlDSA]
        case .symmetric, .hmac256, .hmac384, .hmac512: return []
        }
    }

    package func agreementAlgorithms(for usage: KeyUsage) -> [KeyAgreementAlgorithm] {
        usage == .keyAgreement && usages.contains(usage) ? [.ecdh] : []
    }

    package var macAlgorithms: [MACAlgorithm] {
        switch self {
        case .hmac256: [.sha256]
        case .hmac384: [.sha384]
        case .hmac512: [.sha512]
        default: []
        }
    }
}
