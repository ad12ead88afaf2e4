import Crypto
import CryptoExtras
import Domain
import Foundation

/// RSAES-OAEP (RFC 8017).
extension PrivateKey {
    /// Nil when the plain bytes are too long for the key.
    package func encrypt(_ plain: SecretBytes, _ algorithm: EncryptionAlgorithm) throws -> [UInt8]? {
        guard let padding = Self.padding(of: algorithm), case .rsa(let key) = self else { throw NoPrivateKey(spec: .symmetric) }
        let hashBytes = algorithm == .oaepSHA1 ? 20 : 32
        guard plain.count <= key.keySizeInBits / 8 - 2 * hashBytes - 2 else { return nil }
        let encryption = try _RSA.Encryption.PublicKey(derRepresentation: key.publicKey.derRepresentation)
        var bytes = plain.withUnsafeBytes { Data($0) }
        defer { bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        return [UInt8](try encryption.encrypt(bytes, padding: padding))
    }

    /// Nil for what does not open.
    package func decrypt(_ ciphertext: [UInt8], _ algorithm: EncryptionAlgorithm) throws -> SecretBytes? {
        guard let padding = Self.padding(of: algorithm), case .rsa(let key) = self else { throw NoPrivateKey(spec: .symmetric) }
        var der = key.derRepresentation
        defer { der.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        let decryption = try _RSA.Encryption.PrivateKey(derRepresentation: der)
        guard var plain = try? decryption.decrypt(ciphertext, padding: padding) else { return nil }
        return SecretBytes(wiping: &plain)
    }

    private static func padding(of algorithm: EncryptionAlgorithm) -> _RSA.Encryption.Padding? {
        switch algorithm {
        case .oaepSHA1: .PKCS1_OAEP
        case .oaepSHA256: .PKCS1_OAEP_SHA256
        case .symmetric: nil
        }
    }
}
