import Crypto
import Foundation
import Hexadecimal

/// The key that a secret becomes for one scope.
struct SigningKey: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"

    private let key: SymmetricKey
    private let scope: CredentialScope

    init(secretAccessKey: String, scope: CredentialScope) {
        var bytes = Array("AWS4\(secretAccessKey)".utf8)
        for part in [scope.date, scope.region, scope.service, CredentialScope.terminator] {
            bytes = Self.code(of: part, under: SymmetricKey(data: bytes))
        }
        key = SymmetricKey(data: bytes)
        self.scope = scope
    }

    /// The signature of a canonical request, as lower-case hex.
    func signature(of canonical: CanonicalRequest, at date: Date) -> String {
        signature(of: Self.stringToSign(canonical, at: date, scope: scope))
    }

    static func stringToSign(_ canonical: CanonicalRequest, at date: Date, scope: CredentialScope) -> String {
        [algorithm, Timestamp.compact(date), scope.text, canonical.hash].joined(separator: "\n")
    }

    /// The signature of a string to sign, as lower-case hex.
    func signature(of text: String) -> String {
        Hex.encode(Self.code(of: text, under: key))
    }

    private static func code(of text: String, under key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }
}
