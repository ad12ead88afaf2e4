import Crypto
import Foundation

/// The key at the top: it seals the vault keys, and stands outside of what it protects. 32 bytes.
package struct RootKey: Sendable {
    package static let byteCount = 32

    private let secret: SecretBytes

    /// Nil unless there are 32 bytes.
    package init?(_ secret: SecretBytes) {
        guard secret.count == Self.byteCount else { return nil }
        self.secret = secret
    }

    private init(stretched key: SymmetricKey) { secret = SecretBytes(copying: key) }

    package static func random() -> RootKey { RootKey(stretched: SymmetricKey(size: .bits256)) }

    /// The root key that a passphrase stands for.
    package init(stretching passphrase: SecretBytes, by stretch: PassphraseStretch) throws {
        self.init(stretched: try stretch.key(from: passphrase))
    }

    /// Tells the right root key from a wrong one without opening anything. It says nothing about the key.
    package var checkValue: [UInt8] { derived("ferry root key check 1").withUnsafeBytes(Array.init) }

    /// Seals a vault key, so that it can stand in the directory.
    package func seal(_ key: VaultKey) throws -> [UInt8] {
        try [Self.version] + Envelope.seal(key.secret, under: derived("ferry root key seal 1"), binding: Self.binding(key.id))
    }

    package func open(_ sealed: [UInt8], id: [UInt8]) throws(SealingError) -> VaultKey {
        guard sealed.first == Self.version else { throw .notAnEnvelope }
        let secret = try Envelope.open(sealed.dropFirst(), under: derived("ferry root key seal 1"), binding: Self.binding(id))
        guard let key = VaultKey(id: id, secret: secret) else { throw .notAnEnvelope }
        return key
    }

    private static let version: UInt8 = 1

    private static func binding(_ id: [UInt8]) -> [UInt8] { Array("ferry vault key 1".utf8) + [version] + id }

    private func derived(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret.symmetricKey, info: Array(purpose.utf8), outputByteCount: 32)
    }

    /// As it stands in a key file: 64 hexadecimal digits and a line end. The caller wipes them.
    package var fileText: [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return secret.withUnsafeBytes { bytes in bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] } } + [0x0A]
    }

    /// Reads a key file's bytes: 64 hexadecimal digits, with or without white space around them.
    package init?(fileText text: SecretBytes) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        defer { bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        let isWellFormed = text.withUnsafeBytes { text in
            var digits = text[...]
            while let last = digits.last, [0x20, 0x09, 0x0A, 0x0D].contains(last) { digits = digits.dropLast() }
            while let first = digits.first, [0x20, 0x09, 0x0A, 0x0D].contains(first) { digits = digits.dropFirst() }
            guard digits.count == Self.byteCount * 2 else { return false }
            var high: UInt8?
            for digit in digits {
                guard let value = Self.value(digit) else { return false }
                if let first = high {
                    bytes.append(first << 4 | value)
                    high = nil
                } else {
                    high = value
                }
            }
            return true
        }
        guard isWellFormed else { return nil }
        self.init(SecretBytes(copying: bytes))
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46: digit - 0x41 + 10
        default: nil
        }
    }
}
