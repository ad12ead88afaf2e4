import Crypto
import CryptoExtras
import Hexadecimal

/// Key and IV of a bundle (AES-128-CBC). It has no text.
package struct BundleKey: Sendable, CustomStringConvertible, CustomReflectable {
    static let bytes = 16

    let key: SymmetricKey
    let iv: AES._CBC.IV

    /// Fresh ones, of the system's generator for keys.
    package init() {
        key = SymmetricKey(size: .bits128)
        iv = AES._CBC.IV()
    }

    /// - Parameters:
    ///   - key: 16 bytes.
    ///   - iv: 16 bytes.
    package init(key: [UInt8], iv: [UInt8]) throws(BundleError) {
        guard key.count == Self.bytes, let iv = try? AES._CBC.IV(ivBytes: iv) else {
            throw BundleError("A bundle's key and IV have 16 bytes each.")
        }
        self.key = SymmetricKey(data: key)
        self.iv = iv
    }

    /// Says whether it worked, so it is for somebody's own key alone.
    ///
    /// - Throws: one and the same ``BundleError``, whatever is wrong.
    package init(unwrapping wrapped: WrappedKey, with privateKey: RSAPrivateKey) throws(BundleError) {
        guard let key = Self.unwrap(wrapped.key, privateKey), let iv = Self.unwrap(wrapped.iv, privateKey) else {
            throw BundleError("The private key does not open the bundle's key: the bundle was made for another one.")
        }
        try self.init(key: key, iv: iv)
    }

    /// What a Region's key makes of a wrapped key that anybody may give it. What does not open becomes a random key, and the parts do not
    /// decrypt with it, as if a part were damaged: there is nothing that tells guesses apart.
    package static func unwrapped(_ wrapped: WrappedKey, with privateKey: RSAPrivateKey) -> BundleKey {
        let random = BundleKey()
        let (key, iv) = (unwrap(wrapped.key, privateKey), unwrap(wrapped.iv, privateKey))
        guard let key, let iv, let opened = try? BundleKey(key: key, iv: iv) else { return random }
        return opened
    }

    package func wrapped(for certificate: RSACertificate) throws -> WrappedKey {
        WrappedKey(
            key: try certificate.encrypt(Array(Hex.encode(key.withUnsafeBytes { Array($0) }).utf8)),
            iv: try certificate.encrypt(Array(Hex.encode(iv).utf8))
        )
    }

    /// What is encrypted is hexadecimal text.
    private static func unwrap(_ ciphertext: [UInt8], _ privateKey: RSAPrivateKey) -> [UInt8]? {
        guard let text = privateKey.decrypt(ciphertext), let bytes = Hex.decode(text), bytes.count == Self.bytes else { return nil }
        return bytes
    }

    package var description: String { "a bundle key" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Key and IV, each encrypted to a certificate: RSA PKCS #1 v1.5 over 32 lower-case hexadecimal digits.
package struct WrappedKey: Hashable, Sendable {
    package var key: [UInt8]
    package var iv: [UInt8]

    package init(key: [UInt8], iv: [UInt8]) {
        self.key = key
        self.iv = iv
    }
}
