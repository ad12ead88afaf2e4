import Crypto
import Domain
import Hexadecimal

extension AccountID {
    /// What S3 calls the id of an account: 64 hexadecimal digits.
    package var canonicalID: String { Hex.encode(SHA256.hash(data: Array("ferry canonical user \(rawValue)".utf8))) }
}
