import Crypto
import CryptoExtras
import Domain
import Foundation

/// RSASSA (RFC 8017; PSS with a salt as long as the digest), ECDSA (DER, as X9.62 has it), Ed25519 (RFC 8032) and ML-DSA (FIPS 204).
///
/// The caller has checked that key and algorithm go together, and that a digest is as long as the algorithm's.
extension PrivateKey {
    package func sign(_ message: [UInt8], isDigest: Bool, _ algorithm: SigningAlgorithm) throws -> [UInt8] {
        let signature: Data
        switch self {
        case .rsa(let key):
            let padding = Self.padding(of: algorithm)
            switch algorithm.digestBytes {
            case 32: signature = try key.signature(for: SHA256.digest(message, isDigest), padding: padding).rawRepresentation
            case 48: signature = try key.signature(for: SHA384.digest(message, isDigest), padding: padding).rawRepresentation
            default: signature = try key.signature(for: SHA512.digest(message, isDigest), padding: padding).rawRepresentation
            }
        case .p256(let key): signature = try key.signature(for: SHA256.digest(message, isDigest)).derRepresentation
        case .p384(let key): signature = try key.signature(for: SHA384.digest(message, isDigest)).derRepresentation
        case .p521(let key): signature = try key.signature(for: SHA512.digest(message, isDigest)).derRepresentation
        case .ed25519(let key): signature = try key.signature(for: message)
        case .mlDSA65(let key): signature = try key.signature(for: message)
        case .mlDSA87(let key): signature = try key.signature(for: message)
        }
        return [UInt8](signature)
    }

    package func isValid(_ signature: [UInt8], of message: [UInt8], isDigest: Bool, _ algorithm: SigningAlgorithm) throws -> Bool {
        switch self {
        case .rsa(let key):
            let (signature, padding) = (_RSA.Signing.RSASignature(rawRepresentation: signature), Self.padding(of: algorithm))
            let publicKey = key.publicKey
            return switch algorithm.digestBytes {
            case 32: try publicKey.isValidSignature(signature, for: SHA256.digest(message, isDigest), padding: padding)
            case 48: try publicKey.isValidSignature(signature, for: SHA384.digest(message, isDigest), padding: padding)
            default: try publicKey.isValidSignature(signature, for: SHA512.digest(message, isDigest), padding: padding)
            }
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.publicKey.isValidSignature(signature, for: try SHA256.digest(message, isDigest))
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.publicKey.isValidSignature(signature, for: try SHA384.digest(message, isDigest))
        case .p521(let key):
            guard let signature = try? P521.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.publicKey.isValidSignature(signature, for: try SHA512.digest(message, isDigest))
        case .ed25519(let key): return key.publicKey.isValidSignature(signature, for: message)
        case .mlDSA65(let key): return key.publicKey.isValidSignature(signature, for: message)
        case .mlDSA87(let key): return key.publicKey.isValidSignature(signature, for: message)
        }
    }

    private static func padding(of algorithm: SigningAlgorithm) -> _RSA.Signing.Padding {
        switch algorithm {
        case .pssSHA256, .pssSHA384, .pssSHA512: .PSS
        default: .insecurePKCS1v1_5
        }
    }
}

extension HashFunction {
    /// The digest of a message, or the one that the caller has made.
    ///
    /// The library makes a digest of its own type from nothing but a message, and RSA takes no other type. The type is its bytes in a row,
    /// so they are read as one; that it holds the same bytes as were given is checked each time.
    fileprivate static func digest(_ message: [UInt8], _ isDigest: Bool) throws -> Digest {
        guard isDigest else { return hash(data: message) }
        guard message.count == Digest.byteCount, MemoryLayout<Digest>.size == Digest.byteCount else { throw UnusableDigest() }
        let digest = withUnsafeTemporaryAllocation(of: Digest.self, capacity: 1) { memory in
            UnsafeMutableRawBufferPointer(memory).copyBytes(from: message)
            return memory[0]
        }
        guard digest.elementsEqual(message) else { throw UnusableDigest() }
        return digest
    }
}

/// A digest is not as long as the hash function's.
struct UnusableDigest: Error, CustomStringConvertible {
    var description: String { "the digest cannot be signed: it is not as long as the hash function's" }
}
