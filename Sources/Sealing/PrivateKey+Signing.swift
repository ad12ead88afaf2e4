import Crypto
import CryptoExtras
import Domain
import Foundation

/// RSASSA (RFC 8017; PSS with a salt as long as the digest), ECDSA (DER, as X9.62 has it) and Ed25519 (RFC 8032).
///
/// The caller has checked that key and algorithm go together, and that a digest is as long as the algorithm's.
extension PrivateKey {
    package func sign(_ message: [UInt8], isDigest: Bool, _ algorithm: SigningAlgorithm) throws -> [UInt8] {
        let signature: Data
        switch self {
        case .rsa(let key):
            let padding = Self.padding(of: algorithm)
            switch algorithm.digestBytes {
            case 32: signature = try key.signature(for: SHA256.hash(data: message), padding: padding).rawRepresentation
            case 48: signature = try key.signature(for: SHA384.hash(data: message), padding: padding).rawRepresentation
            default: signature = try key.signature(for: SHA512.hash(data: message), padding: padding).rawRepresentation
            }
        case .p256(let key): signature = try key.signature(for: GivenDigest<SHA256>(message, isDigest)).derRepresentation
        case .p384(let key): signature = try key.signature(for: GivenDigest<SHA384>(message, isDigest)).derRepresentation
        case .p521(let key): signature = try key.signature(for: GivenDigest<SHA512>(message, isDigest)).derRepresentation
        case .ed25519(let key): signature = try key.signature(for: message)
        }
        return [UInt8](signature)
    }

    package func isValid(_ signature: [UInt8], of message: [UInt8], isDigest: Bool, _ algorithm: SigningAlgorithm) throws -> Bool {
        switch self {
        case .rsa(let key):
            let (signature, padding) = (_RSA.Signing.RSASignature(rawRepresentation: signature), Self.padding(of: algorithm))
            let publicKey = key.publicKey
            return switch algorithm.digestBytes {
            case 32: publicKey.isValidSignature(signature, for: SHA256.hash(data: message), padding: padding)
            case 48: publicKey.isValidSignature(signature, for: SHA384.hash(data: message), padding: padding)
            default: publicKey.isValidSignature(signature, for: SHA512.hash(data: message), padding: padding)
            }
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.publicKey.isValidSignature(signature, for: GivenDigest<SHA256>(message, isDigest))
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.publicKey.isValidSignature(signature, for: GivenDigest<SHA384>(message, isDigest))
        case .p521(let key):
            guard let signature = try? P521.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.publicKey.isValidSignature(signature, for: GivenDigest<SHA512>(message, isDigest))
        case .ed25519(let key):
            return key.publicKey.isValidSignature(signature, for: message)
        }
    }

    private static func padding(of algorithm: SigningAlgorithm) -> _RSA.Signing.Padding {
        switch algorithm {
        case .pssSHA256, .pssSHA384, .pssSHA512: .PSS
        default: .insecurePKCS1v1_5
        }
    }
}

/// A digest as the library takes it, also when the caller has made it.
private struct GivenDigest<Hash: HashFunction>: Digest {
    static var byteCount: Int { Hash.Digest.byteCount }

    private let bytes: [UInt8]

    init(_ message: [UInt8], _ isDigest: Bool) {
        bytes = isDigest ? message : Array(Hash.hash(data: message))
    }

    func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value { try bytes.withUnsafeBytes(body) }
    func makeIterator() -> Array<UInt8>.Iterator { bytes.makeIterator() }
    var description: String { "a digest of \(bytes.count) bytes" }
}
