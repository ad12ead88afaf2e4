/// How a key encrypts.
package enum EncryptionAlgorithm: String, Sendable {
    case symmetric = "SYMMETRIC_DEFAULT"
    case oaepSHA1 = "RSAES_OAEP_SHA_1"
    case oaepSHA256 = "RSAES_OAEP_SHA_256"
}

/// How a key signs.
package enum SigningAlgorithm: String, Sendable {
    case pssSHA256 = "RSASSA_PSS_SHA_256"
    case pssSHA384 = "RSASSA_PSS_SHA_384"
    case pssSHA512 = "RSASSA_PSS_SHA_512"
    case pkcs1SHA256 = "RSASSA_PKCS1_V1_5_SHA_256"
    case pkcs1SHA384 = "RSASSA_PKCS1_V1_5_SHA_384"
    case pkcs1SHA512 = "RSASSA_PKCS1_V1_5_SHA_512"
    case ecdsaSHA256 = "ECDSA_SHA_256"
    case ecdsaSHA384 = "ECDSA_SHA_384"
    case ecdsaSHA512 = "ECDSA_SHA_512"
    case ed25519 = "ED25519_SHA_512"
    case mlDSA = "ML_DSA_SHAKE_256"
}

/// How a key makes codes that authenticate a message.
package enum MACAlgorithm: String, Sendable {
    case sha256 = "HMAC_SHA_256"
    case sha384 = "HMAC_SHA_384"
    case sha512 = "HMAC_SHA_512"
}

/// How a key agrees on a secret with another.
package enum KeyAgreementAlgorithm: String, Sendable {
    case ecdh = "ECDH"
}

extension SigningAlgorithm {
    /// How long a digest is that the algorithm signs; nil of those that take messages alone.
    package var digestBytes: Int? {
        switch self {
        case .pssSHA256, .pkcs1SHA256, .ecdsaSHA256: 32
        case .pssSHA384, .pkcs1SHA384, .ecdsaSHA384: 48
        case .pssSHA512, .pkcs1SHA512, .ecdsaSHA512: 64
        case .ed25519, .mlDSA: nil
        }
    }
}
