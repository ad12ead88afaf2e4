import Crypto
import Domain
import Foundation

/// Makes and checks the opaque tokens that clients carry: page tokens, block tokens and grant tokens.
///
/// A token is its content and a MAC over it, so that the server need not remember what it has handed out. Any process that shares
/// the directory can check it.
package struct TokenSealer: Sendable {
    /// What a token is for: one kind never passes as another.
    package enum Kind: UInt8, Sendable {
        case page = 1
        case block = 2
        case grant = 3
        case session = 4
        case authorizationMessage = 5
    }

    private static let version: UInt8 = 1
    private static let macBytes = 16
    private static let textBytesMax = 2048

    private let key: SymmetricKey
    /// What tokens are sealed with that nobody else may read.
    let hidingKey: SymmetricKey

    package init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
        hidingKey = HKDF<SHA256>.deriveKey(inputKeyMaterial: self.key, info: Data("ferry hidden tokens 1".utf8), outputByteCount: 32)
    }

    package static func load(from secrets: DirectorySecrets) async throws -> TokenSealer { TokenSealer(key: try await secrets.tokenKey()) }

    /// A token that says `content` until `expiry`. Eight random bytes make each one differ from the last.
    package func seal(_ content: [UInt8], as kind: Kind, until expiry: Date) -> String {
        var bytes: [UInt8] = [Self.version, kind.rawValue]
        withUnsafeBytes(of: UInt64(expiry.timeIntervalSince1970).bigEndian) { bytes += $0 }
        withUnsafeBytes(of: UInt64.random(in: 0...UInt64.max)) { bytes += $0 }
        bytes += content
        bytes += HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(Self.macBytes)
        return Data(bytes).base64EncodedString()
    }

    /// The content of a token, or `nil` when it was not made here for this, or is too old.
    package func open(_ token: String, as kind: Kind, at now: Date) -> [UInt8]? {
        // In a query string an unescaped plus sign arrives as a space.
        let text = token.replacing(" ", with: "+")
        guard text.utf8.count <= Self.textBytesMax, let data = Data(base64Encoded: text) else { return nil }
        let bytes = [UInt8](data)
        let headBytes = 18
        guard bytes.count >= headBytes + Self.macBytes, bytes[0] == Self.version, bytes[1] == kind.rawValue else { return nil }
        let body = bytes.dropLast(Self.macBytes)
        let mac = HMAC<SHA256>.authenticationCode(for: Array(body), using: key).prefix(Self.macBytes)
        var difference: UInt8 = 0
        for (left, right) in zip(mac, bytes.suffix(Self.macBytes)) { difference |= left ^ right }
        guard difference == 0 else { return nil }
        let expiry = body[2..<10].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard Double(expiry) >= now.timeIntervalSince1970.rounded(.down) else { return nil }
        return Array(body.dropFirst(headBytes))
    }
}
