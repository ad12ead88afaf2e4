import Crypto
import CryptoExtras
import Foundation

/// A public key with which an issuer signs JSON Web Tokens, as a JSON Web Key tells it (RFC 7517, RFC 7518).
package struct WebKey: Sendable {
    package enum Algorithm: String, Sendable, CaseIterable {
        case rs256 = "RS256"
        case rs384 = "RS384"
        case rs512 = "RS512"
        case ps256 = "PS256"
        case es256 = "ES256"
        case es384 = "ES384"
        case es512 = "ES512"
    }

    private enum Key: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
    }

    /// Longer ones would let a stranger's token take the server's time.
    private static let rsaBitsMax = 8192

    /// By which tokens name it; nil for a key without.
    package let id: String?
    /// The only one that it is for; nil where it does not say.
    private let algorithm: Algorithm?
    private let key: Key

    /// Whether it can have signed with an algorithm.
    package func fits(_ wanted: Algorithm) -> Bool {
        guard algorithm == nil || algorithm == wanted else { return false }
        return switch (key, wanted) {
        case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512), (.rsa, .ps256): true
        case (.p256, .es256), (.p384, .es384), (.p521, .es512): true
        default: false
        }
    }

    /// - Returns: false also for a signature that is none.
    package func isValid(_ signature: [UInt8], of message: [UInt8], _ wanted: Algorithm) -> Bool {
        guard fits(wanted) else { return false }
        switch key {
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return switch wanted {
            case .rs384: key.isValidSignature(signature, for: SHA384.hash(data: message), padding: .insecurePKCS1v1_5)
            case .rs512: key.isValidSignature(signature, for: SHA512.hash(data: message), padding: .insecurePKCS1v1_5)
            case .ps256: key.isValidSignature(signature, for: SHA256.hash(data: message), padding: .PSS)
            default: key.isValidSignature(signature, for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
            }
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: message))
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA384.hash(data: message))
        case .p521(let key):
            guard let signature = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA512.hash(data: message))
        }
    }
}

extension WebKey {
    /// A key as a set of them holds it.
    package struct Description: Decodable, Sendable {
        private let kty: String
        private let use: String?
        private let alg: String?
        private let kid: String?
        private let n: String?
        private let e: String?
        private let crv: String?
        private let x: String?
        private let y: String?
        private let d: String?
        private let k: String?

        /// - Returns: nil for a key that signs no tokens that are taken here: of another kind, or for encryption.
        /// - Throws: `WebKeyUnusable`
        package func key() throws(WebKeyUnusable) -> WebKey? {
            let name = kid.map { "the key '\($0.prefix(128))'" } ?? "a key without kid"
            // Whoever has a secret key can sign as the issuer: it has no place with who only verifies.
            guard d == nil, k == nil else { throw WebKeyUnusable(reason: "\(name) is a secret key: give the public one") }
            guard use == nil || use == "sig" else { return nil }
            let algorithm = alg.flatMap(Algorithm.init)
            guard alg == nil || algorithm != nil else { return nil }
            do {
                guard let key = try publicKey(name) else { return nil }
                return WebKey(id: kid, algorithm: algorithm, key: key)
            } catch let error as WebKeyUnusable {
                throw error
            } catch {
                throw WebKeyUnusable(reason: "\(name) is no key of the type \(kty)")
            }
        }

        private func publicKey(_ name: String) throws -> Key? {
            switch (kty, crv) {
            case ("RSA", _):
                guard let n = Self.bytes(n), let e = Self.bytes(e), n.count <= WebKey.rsaBitsMax / 8 + 1, e.count <= 4 else {
                    throw Damaged()
                }
                guard let key = try? _RSA.Signing.PublicKey(n: Data(n), e: Data(e)) else {
                    throw WebKeyUnusable(reason: "\(name) is no RSA key of 2,048 to \(WebKey.rsaBitsMax) bits")
                }
                return .rsa(key)
            case ("EC", "P-256"): return .p256(try P256.Signing.PublicKey(rawRepresentation: try point(32)))
            case ("EC", "P-384"): return .p384(try P384.Signing.PublicKey(rawRepresentation: try point(48)))
            case ("EC", "P-521"): return .p521(try P521.Signing.PublicKey(rawRepresentation: try point(66)))
            default: return nil
            }
        }

        private func point(_ bytes: Int) throws -> [UInt8] {
            guard let x = Self.bytes(x), let y = Self.bytes(y), x.count == bytes, y.count == bytes else { throw Damaged() }
            return x + y
        }

        private static func bytes(_ text: String?) -> [UInt8]? {
            guard let text else { return nil }
            let base64 = text.replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
            return Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)).map { [UInt8]($0) }
        }

        private struct Damaged: Error, CustomStringConvertible {
            var description: String { "the numbers of the key are not what its type has" }
        }
    }
}

/// A JSON Web Key that cannot verify anything.
package struct WebKeyUnusable: Error, CustomStringConvertible {
    package let reason: String

    package var description: String { reason }
}
