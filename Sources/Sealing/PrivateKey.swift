import Crypto
import CryptoExtras
import Domain
import Foundation

/// The private half of an asymmetric key, from the material that is stored: PKCS #8 in DER, as `GenerateDataKeyPair` answers it too.
package enum PrivateKey: Sendable {
    case rsa(_RSA.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case p521(P521.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)

    package static func random(_ spec: KeySpec) throws -> PrivateKey {
        switch spec {
        case .rsa2048: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        case .rsa3072: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits3072))
        case .rsa4096: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits4096))
        case .p256: .p256(P256.Signing.PrivateKey())
        case .p384: .p384(P384.Signing.PrivateKey())
        case .p521: .p521(P521.Signing.PrivateKey())
        case .ed25519: .ed25519(Curve25519.Signing.PrivateKey())
        case .symmetric, .hmac256, .hmac384, .hmac512: throw NoPrivateKey(spec: spec)
        }
    }

    package init(_ secret: SecretBytes, spec: KeySpec) throws {
        var der = secret.withUnsafeBytes { Data($0) }
        defer { der.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        switch spec {
        case .rsa2048, .rsa3072, .rsa4096: self = .rsa(try _RSA.Signing.PrivateKey(derRepresentation: der))
        case .p256: self = .p256(try P256.Signing.PrivateKey(derRepresentation: der))
        case .p384: self = .p384(try P384.Signing.PrivateKey(derRepresentation: der))
        case .p521: self = .p521(try P521.Signing.PrivateKey(derRepresentation: der))
        case .ed25519: self = .ed25519(try Curve25519.Signing.PrivateKey(derRepresentation: der))
        case .symmetric, .hmac256, .hmac384, .hmac512: throw NoPrivateKey(spec: spec)
        }
    }

    /// PKCS #8 in DER.
    package var secret: SecretBytes {
        var der: Data =
            switch self {
            case .rsa(let key): key.pkcs8DERRepresentation
            case .p256(let key): key.derRepresentation
            case .p384(let key): key.derRepresentation
            case .p521(let key): key.derRepresentation
            case .ed25519(let key): key.pkcs8DERRepresentation
            }
        return SecretBytes(wiping: &der)
    }

    /// SubjectPublicKeyInfo in DER.
    package var publicDER: [UInt8] {
        let der: Data =
            switch self {
            case .rsa(let key): key.publicKey.derRepresentation
            case .p256(let key): key.publicKey.derRepresentation
            case .p384(let key): key.publicKey.derRepresentation
            case .p521(let key): key.publicKey.derRepresentation
            case .ed25519(let key): key.publicKey.derRepresentation
            }
        return [UInt8](der)
    }
}

/// A symmetric key was asked for its private half.
package struct NoPrivateKey: Error {
    package let spec: KeySpec
}
