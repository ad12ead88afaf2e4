import Crypto
import CryptoExtras
import Domain
import Foundation

/// A new key for SSH, whole. It is told once and kept by nobody, so it has no text but `armored`.
package enum SSHPrivateKey: Sendable, CustomStringConvertible, CustomReflectable {
    case rsa(_RSA.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)

    package static func random(_ kind: KeyPair.Kind) throws -> SSHPrivateKey {
        switch kind {
        case .rsa: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        case .ed25519: .ed25519(Curve25519.Signing.PrivateKey())
        }
    }

    package var description: String { "an SSH private key" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    package func publicKey() throws -> SSHPublicKey {
        switch self {
        case .rsa(let key): try SSHPublicKey(der: [UInt8](key.publicKey.derRepresentation))
        case .ed25519(let key): .ed25519([UInt8](key.publicKey.rawRepresentation))
        }
    }

    /// What EC2 shows of a key that it has made (docs/behaviour/network.md, "Fingerprints").
    package func fingerprint() throws -> String {
        switch self {
        case .rsa(let key):
            var der = key.pkcs8DERRepresentation
            defer { der.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
            return SSHFingerprint.colons(Insecure.SHA1.hash(data: der))
        case .ed25519: return SSHFingerprint.base64(of: try publicKey().blob)
        }
    }

    /// As clients expect it: PKCS #1 in PEM of RSA, since some read nothing else, and OpenSSH's own form of Ed25519, which has no other.
    ///
    /// - Parameter comment: of the key, where the form has room for one.
    package func armored(comment: String) throws -> String {
        switch self {
        case .rsa(let key):
            let pem = key.pemRepresentation
            return pem.hasSuffix("\n") ? pem : pem + "\n"
        case .ed25519(let key): return Self.openSSH(key, blob: try publicKey().blob, comment: comment)
        }
    }

    /// OpenSSH's PROTOCOL.key, without a passphrase.
    private static func openSSH(_ key: Curve25519.Signing.PrivateKey, blob: [UInt8], comment: String) -> String {
        let publicBytes = [UInt8](key.publicKey.rawRepresentation)
        var secret = SSHWriter()
        let check = UInt32.random(in: .min ... .max)
        secret.integer(check)
        secret.integer(check)
        secret.string(Array(KeyPair.Kind.ed25519.sshName.utf8))
        secret.string(publicBytes)
        secret.string([UInt8](key.rawRepresentation) + publicBytes)
        secret.string(Array(comment.utf8))
        let padding = (8 - secret.bytes.count % 8) % 8
        secret.append((0..<padding).map { UInt8($0 + 1) })
        var whole = SSHWriter()
        whole.append(Array("openssh-key-v1\0".utf8))
        for name in ["none", "none", ""] { whole.string(Array(name.utf8)) }
        whole.integer(1)
        whole.string(blob)
        whole.string(secret.bytes)
        let text = Data(whole.bytes).base64EncodedString()
        let lines = stride(from: 0, to: text.utf8.count, by: 70).map { start in
            String(decoding: Array(text.utf8)[start..<min(start + 70, text.utf8.count)], as: UTF8.self)
        }
        return (["-----BEGIN OPENSSH PRIVATE KEY-----"] + lines + ["-----END OPENSSH PRIVATE KEY-----", ""]).joined(separator: "\n")
    }
}
