import Foundation

/// A signed JSON Web Token in its compact form (RFC 7519, RFC 7515), read and not yet believed.
package struct JSONWebToken: Sendable {
    /// STS takes no longer ones.
    package static let charactersMax = 20_000
    private static let limits = JSONLimits(bytes: charactersMax, values: 1_000, depth: 8, nameBytes: 2_048)

    /// As the header names it.
    package let algorithm: String
    /// Which key of the issuer's has signed; nil where the header does not say.
    package let keyID: String?
    package let claims: JSONReader
    /// What the signature is over.
    package let signed: [UInt8]
    package let signature: [UInt8]

    /// - Throws: `RequestError` for a text that is none. Members that stand there twice, and headers that must be understood, are refused: two readers
    ///   could take them in two ways. Keys that a header brings are never looked at.
    package init(_ text: String) throws(RequestError) {
        guard text.utf8.count <= Self.charactersMax else { throw .tooLarge("The token is longer than \(Self.charactersMax) characters") }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("The token does not have three parts") }
        let header = try JSONReader(parsing: try Self.bytes(parts[0]), limits: Self.limits)
        guard let algorithm = header.rawText("alg") else { throw .malformed("The token names no algorithm") }
        guard !header.contains("crit") else { throw .malformed("The token has a header that must be understood") }
        guard !header.contains("kid") || header.rawText("kid") != nil else {
            throw .malformed("The token names its key by what is no text")
        }
        let content = try Self.bytes(parts[1])
        guard !content.isEmpty else { throw .malformed("The token says nothing") }
        self.algorithm = algorithm
        keyID = header.rawText("kid")
        claims = try JSONReader(parsing: content, limits: Self.limits)
        signed = Array(text.utf8.prefix(parts[0].count + 1 + parts[1].count))
        signature = try Self.bytes(parts[2])
    }

    private static func bytes(_ text: Substring.UTF8View.SubSequence) throws(RequestError) -> [UInt8] {
        guard let bytes = Base64URL.decode(String(decoding: text, as: UTF8.self)) else { throw .malformed("The token is not in base64url") }
        return bytes
    }
}

/// Base64 for URLs, without padding (RFC 4648, section 5).
enum Base64URL {
    /// Nil for any text but the one that its bytes are written as.
    static func decode(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(where: { "+/=".utf8.contains($0) }) else { return nil }
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        guard let data = Data(base64Encoded: base64 + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)) else { return nil }
        return data.base64EncodedString().prefix { $0 != "=" } == base64 ? [UInt8](data) : nil
    }
}
