import Crypto
import CryptoExtras
import Foundation

/// How a passphrase becomes a root key: scrypt (RFC 7914), which costs whoever guesses as much memory and time a guess.
package struct PassphraseStretch: Hashable, Sendable {
    /// 128 MiB and about half a second: what OWASP recommends at least for scrypt.
    package static let roundsStandard = 1 << 17
    private static let blockSize = 8
    private static let parallelism = 1
    package static let saltBytes = 16
    /// The least that an operator's passphrase must have.
    package static let passphraseBytesMin = 12

    package let salt: [UInt8]
    /// scrypt's N: a power of two.
    package let rounds: Int

    /// Nil for what scrypt cannot be asked, or a server could not pay.
    package init?(salt: [UInt8], rounds: Int) {
        guard salt.count >= Self.saltBytes, (1 << 10...1 << 20).contains(rounds), rounds.nonzeroBitCount == 1 else { return nil }
        self.salt = salt
        self.rounds = rounds
    }

    /// With a salt of its own.
    package static func fresh(rounds: Int = roundsStandard) -> PassphraseStretch {
        let salt = SymmetricKey(size: .init(bitCount: saltBytes * 8)).withUnsafeBytes { Array($0) }
        guard let stretch = PassphraseStretch(salt: salt, rounds: rounds) else { preconditionFailure("\(rounds) rounds are out of bounds") }
        return stretch
    }

    func key(from passphrase: SecretBytes) throws -> SymmetricKey {
        var bytes = passphrase.withUnsafeBytes { Array($0) }
        defer { bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        return try KDF.Scrypt.deriveKey(
            from: bytes,
            salt: salt,
            outputByteCount: RootKey.byteCount,
            rounds: rounds,
            blockSize: Self.blockSize,
            parallelism: Self.parallelism
        )
    }
}
