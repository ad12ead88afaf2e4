import Crypto
import Domain
import Foundation

/// ECDH on the curves of NIST (SP 800-56A): the secret is the x-coordinate of the shared point.
extension PrivateKey {
    /// - Parameter publicKey: of the other side: SubjectPublicKeyInfo in DER.
    /// - Returns: nil when that is no public key on the curve of this one.
    package func sharedSecret(with publicKey: [UInt8]) throws -> SecretBytes? {
        switch self {
        case .p256(let key):
            guard let other = try? P256.KeyAgreement.PublicKey(derRepresentation: publicKey) else { return nil }
            return try Self.withBytes(of: key.rawRepresentation) {
                SecretBytes(copying: try P256.KeyAgreement.PrivateKey(rawRepresentation: $0).sharedSecretFromKeyAgreement(with: other))
            }
        case .p384(let key):
            guard let other = try? P384.KeyAgreement.PublicKey(derRepresentation: publicKey) else { return nil }
            return try Self.withBytes(of: key.rawRepresentation) {
                SecretBytes(copying: try P384.KeyAgreement.PrivateKey(rawRepresentation: $0).sharedSecretFromKeyAgreement(with: other))
            }
        case .p521(let key):
            guard let other = try? P521.KeyAgreement.PublicKey(derRepresentation: publicKey) else { return nil }
            return try Self.withBytes(of: key.rawRepresentation) {
                SecretBytes(copying: try P521.KeyAgreement.PrivateKey(rawRepresentation: $0).sharedSecretFromKeyAgreement(with: other))
            }
        case .rsa, .ed25519, .mlDSA65, .mlDSA87: return nil
        }
    }

    /// Wipes what the library hands out.
    private static func withBytes(of key: Data, _ body: (Data) throws -> SecretBytes) rethrows -> SecretBytes {
        var key = key
        defer { key.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        return try body(key)
    }
}
