import Crypto
import CryptoExtras
import Domain
import Foundation
import SwiftASN1

/// The private half of an asymmetric key, from the material that is stored: PKCS #8 in DER, as `GenerateDataKeyPair` answers it too; of
/// ML-DSA, of which there are no such pairs, the seed.
package enum PrivateKey: Sendable {
    case rsa(_RSA.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case p521(P521.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)
    case mlDSA65(MLDSA65.PrivateKey)
    case mlDSA87(MLDSA87.PrivateKey)

    package static func random(_ spec: KeySpec) throws -> PrivateKey {
        switch spec {
        case .rsa2048: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        case .rsa3072: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits3072))
        case .rsa4096: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits4096))
        case .p256: .p256(P256.Signing.PrivateKey())
        case .p384: .p384(P384.Signing.PrivateKey())
        case .p521: .p521(P521.Signing.PrivateKey())
        case .ed25519: .ed25519(Curve25519.Signing.PrivateKey())
        case .mlDSA65: .mlDSA65(try MLDSA65.PrivateKey())
        case .mlDSA87: .mlDSA87(try MLDSA87.PrivateKey())
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
        case .mlDSA65: self = .mlDSA65(try MLDSA65.PrivateKey(seedRepresentation: der, publicKey: nil))
        case .mlDSA87: self = .mlDSA87(try MLDSA87.PrivateKey(seedRepresentation: der, publicKey: nil))
        case .symmetric, .hmac256, .hmac384, .hmac512: throw NoPrivateKey(spec: spec)
        }
    }

    /// PKCS #8 in DER, or a seed.
    package var secret: SecretBytes {
        var der: Data =
            switch self {
            case .rsa(let key): key.pkcs8DERRepresentation
            case .p256(let key): key.derRepresentation
            case .p384(let key): key.derRepresentation
            case .p521(let key): key.derRepresentation
            case .ed25519(let key): key.pkcs8DERRepresentation
            case .mlDSA65(let key): key.seedRepresentation
            case .mlDSA87(let key): key.seedRepresentation
            }
        return SecretBytes(wiping: &der)
    }

    /// SubjectPublicKeyInfo in DER.
    package func publicDER() throws -> [UInt8] {
        let der: Data =
            switch self {
            case .rsa(let key): key.publicKey.derRepresentation
            case .p256(let key): key.publicKey.derRepresentation
            case .p384(let key): key.publicKey.derRepresentation
            case .p521(let key): key.publicKey.derRepresentation
            case .ed25519(let key): key.publicKey.derRepresentation
            case .mlDSA65(let key):
                try Self.publicKeyInfo(of: key.publicKey.rawRepresentation, algorithm: [2, 16, 840, 1, 101, 3, 4, 3, 18])
            case .mlDSA87(let key):
                try Self.publicKeyInfo(of: key.publicKey.rawRepresentation, algorithm: [2, 16, 840, 1, 101, 3, 4, 3, 19])
            }
        return [UInt8](der)
    }

    /// RFC 9881: the algorithm's identifier has no parameters.
    private static func publicKeyInfo(of key: Data, algorithm: ASN1ObjectIdentifier) throws -> Data {
        var serializer = DER.Serializer()
        try serializer.appendConstructedNode(identifier: .sequence) { info in
            try info.appendConstructedNode(identifier: .sequence) { try $0.serialize(algorithm) }
            try info.serialize(ASN1BitString(bytes: ArraySlice(key)))
        }
        return Data(serializer.serializedBytes)
    }
}

/// A symmetric key was asked for its private half.
package struct NoPrivateKey: Error, CustomStringConvertible {
    package let spec: KeySpec

    package var description: String { "a key of the spec \(spec.rawValue) has no private half" }
}
