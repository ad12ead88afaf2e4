import Crypto
import CryptoExtras
import Foundation

/// A user's password as it is kept: what scrypt makes of it, which costs whoever guesses 32 MiB and some tenths of a second a guess.
package struct PasswordHash: Hashable, Sendable {
    /// With three lanes this is one of the settings that OWASP recommends at least: for a server that has no 128 MiB to spare for a guess.
    package static let roundsStandard = 1 << 15
    private static let blockSize = 8
    private static let parallelism = 3
    private static let byteCount = 32

    package let salt: [UInt8]
    /// scrypt's N.
    package let rounds: Int
    package let hash: [UInt8]

    /// As it was kept.
    package init(salt: [UInt8], rounds: Int, hash: [UInt8]) {
        self.salt = salt
        self.rounds = rounds
        self.hash = hash
    }

    /// Of a password. Blocks the thread meanwhile.
    ///
    /// - Parameter other: of the same user: with its salt, so that one computation tells whether the password is any of the former ones.
    package init(of password: String, like other: PasswordHash? = nil, rounds: Int = roundsStandard) throws {
        let salt = other?.salt ?? SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        let rounds = other?.rounds ?? rounds
        var bytes = Array(password.utf8)
        defer { bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        let key = try KDF.Scrypt.deriveKey(
            from: bytes,
            salt: salt,
            outputByteCount: Self.byteCount,
            rounds: rounds,
            blockSize: Self.blockSize,
            parallelism: Self.parallelism
        )
        self.init(salt: salt, rounds: rounds, hash: key.withUnsafeBytes { Array($0) })
    }

    /// Whether the two are of the same password; always false for another salt. In the same time for all.
    package func isSame(as other: PasswordHash) -> Bool {
        salt == other.salt && rounds == other.rounds && hash.count == other.hash.count
            && zip(hash, other.hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
