import Crypto
import Foundation

/// Tokens that nobody else can read, beside those that nobody else can make: they carry secrets.
extension TokenSealer {
    /// More than a token with all that it can carry.
    private static let hiddenTextBytesMax = 12_288

    /// - Throws: what AES-GCM throws.
    func sealHidden(_ content: [UInt8], as kind: Kind) throws -> String {
        let box = try AES.GCM.seal(content, using: hidingKey, authenticating: [kind.rawValue])
        guard let bytes = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return (Data([kind.rawValue]) + bytes).base64EncodedString()
    }

    /// The content; nil for what was not made here for this.
    func openHidden(_ token: String, as kind: Kind) -> [UInt8]? {
        // In a query string an unescaped plus sign arrives as a space.
        let text = token.replacing(" ", with: "+")
        guard text.utf8.count <= Self.hiddenTextBytesMax, let bytes = Data(base64Encoded: text), bytes.first == kind.rawValue,
            let box = try? AES.GCM.SealedBox(combined: bytes.dropFirst()),
            let content = try? AES.GCM.open(box, using: hidingKey, authenticating: [kind.rawValue])
        else { return nil }
        return Array(content)
    }
}
