import Crypto
import Domain
import Foundation

/// The session tokens of IMDSv2: sealed, so that nothing is kept of them, and worth nothing to another instance.
package struct MetadataTokens: Sendable {
    static let seconds = 1...21_600
    private static let macBytes = 32

    private let key: SymmetricKey

    /// - Parameter key: the server's own; every instance gets one that comes from it, so that tokens outlive a restart of the server.
    package init(key: SymmetricKey, instanceID: String) {
        self.key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key,
            info: Data("ferry instance metadata 1 \(instanceID)".utf8),
            outputByteCount: 32
        )
    }

    func token(for seconds: Int, at now: Date) -> String {
        var bytes: [UInt8] = []
        withUnsafeBytes(of: UInt64(now.timeIntervalSince1970 + Double(seconds)).bigEndian) { bytes += $0 }
        withUnsafeBytes(of: UInt64.random(in: 0...UInt64.max)) { bytes += $0 }
        bytes += HMAC<SHA256>.authenticationCode(for: bytes, using: key)
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    /// The seconds for which a token is still good; nil for what is none, or none of this instance, or too old.
    func secondsLeft(of token: String, at now: Date) -> Int? {
        guard token.utf8.count <= 128,
            let bytes = Data(base64Encoded: token.replacing("-", with: "+").replacing("_", with: "/")).map(Array.init),
            bytes.count == 16 + Self.macBytes,
            HMAC<SHA256>.isValidAuthenticationCode(bytes[16...], authenticating: bytes[..<16], using: key)
        else { return nil }
        let end = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let left = Double(end) - now.timeIntervalSince1970
        return left > 0 ? Int(left.rounded(.up)) : nil
    }
}
