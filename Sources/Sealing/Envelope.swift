import Crypto
import Foundation

/// AES-256-GCM over a secret: 12 bytes of nonce, the ciphertext, 16 bytes of tag. What is authenticated beside it is the caller's.
enum Envelope {
    static let nonceBytes = 12
    static let tagBytes = 16
    static let overhead = nonceBytes + tagBytes

    static func seal(_ secret: SecretBytes, under key: SymmetricKey, binding context: [UInt8], nonce: AES.GCM.Nonce = AES.GCM.Nonce())
        throws
        -> [UInt8]
    {
        let box = try secret.withUnsafeBytes { try AES.GCM.seal($0, using: key, nonce: nonce, authenticating: context) }
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    static func open(_ sealed: some Collection<UInt8>, under key: SymmetricKey, binding context: [UInt8]) throws(SealingError)
        -> SecretBytes
    {
        guard sealed.count >= overhead else { throw .notAnEnvelope }
        do {
            let box = try AES.GCM.SealedBox(combined: Array(sealed))
            var plain = try AES.GCM.open(box, using: key, authenticating: context)
            return SecretBytes(wiping: &plain)
        } catch {
            throw .doesNotOpen
        }
    }
}
