import Crypto
import Foundation
import Hexadecimal

/// The texts of which a signature is made, for whom it did not match.
package struct SignedTexts: Sendable, Equatable {
    package let stringToSign: String
    /// Version 2 has none.
    package let canonicalRequest: String?
}

/// The one text that both sides make from a request before they sign it.
package struct CanonicalRequest: Sendable {
    package let text: String

    /// - Parameter signedHeaders: lower-case names in increasing order.
    /// - Returns: nil when a signed header is not in the request.
    package init?(request: SignableRequest, signedHeaders: [String], service: String, payload: String) {
        var lines = [request.method, Self.path(request.target.path, service: service), Self.query(request.target.query)]
        for name in signedHeaders {
            let values = request.values(of: name)
            guard !values.isEmpty else { return nil }
            lines.append("\(name):\(values.map(Self.collapsed).joined(separator: ","))")
        }
        lines.append("")
        lines.append(signedHeaders.joined(separator: ";"))
        lines.append(payload)
        text = lines.joined(separator: "\n")
    }

    var hash: String { Hex.encode(SHA256.hash(data: Array(text.utf8))) }

    /// S3 keys are signed as encoded once; every other service normalises the path and encodes what is already encoded.
    package static func path(_ path: RequestPath, service: String) -> String {
        // Encoded anew, so that clients that escape less than the rule demands still match.
        if service == "s3" { return "/" + path.segments.map(PercentEncoding.encode).joined(separator: "/") }
        var kept: [Substring.UTF8View.SubSequence] = []
        for segment in path.encoded.utf8.split(separator: UInt8(ascii: "/")) {
            if segment.elementsEqual("..".utf8) {
                _ = kept.popLast()
            } else if !segment.elementsEqual(".".utf8) {
                kept.append(segment)
            }
        }
        let segments = kept.map { String(decoding: PercentEncoding.encode(bytes: $0), as: UTF8.self) }
        let isFolder = path.encoded.utf8.last == UInt8(ascii: "/") && !segments.isEmpty
        return "/" + segments.joined(separator: "/") + (isFolder ? "/" : "")
    }

    /// Parameters sorted by encoded name and then encoded value, without the signature itself.
    package static func query(_ query: RequestQuery) -> String {
        query.parameters.filter { $0.name != PresignedParameter.signature }
            .map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
            // All ASCII by now, so text order is byte order.
            .sorted { $0 < $1 }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// Whether a header's value is the one that the signature covers, but for white space around it.
    static func isCollapsed(_ value: String) -> Bool {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var trimmed = value.utf8.drop(while: isBlank)
        while let last = trimmed.last, isBlank(last) { trimmed.removeLast() }
        return collapsed(value).utf8.elementsEqual(trimmed)
    }

    /// Without white space around, and with single blanks inside.
    static func collapsed(_ value: String) -> String {
        value.utf8.split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }
}
