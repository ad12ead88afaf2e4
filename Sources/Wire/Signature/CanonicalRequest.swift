import Crypto
import Foundation

/// The one text that both sides make from a request before they sign it.
package struct CanonicalRequest: Sendable {
    package let text: String

    /// - Parameter signedHeaders: lower-case names in increasing order.
    /// - Returns: nil when a signed header is not in the request.
    package init?(request: SignableRequest, signedHeaders: [String], service: String, payload: String) {
        var lines = [request.method, Self.path(request.path, service: service), Self.query(request.query)]
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
    package static func path(_ path: String, service: String) -> String {
        if service == "s3" { return keyPath(path) }
        var kept: [Substring.UTF8View.SubSequence] = []
        for segment in path.utf8.split(separator: UInt8(ascii: "/")) {
            if segment.elementsEqual("..".utf8) {
                _ = kept.popLast()
            } else if !segment.elementsEqual(".".utf8) {
                kept.append(segment)
            }
        }
        let segments = kept.map { String(decoding: PercentEncoding.encode(bytes: $0), as: UTF8.self) }
        let isFolder = path.utf8.last == UInt8(ascii: "/") && !segments.isEmpty
        return "/" + segments.joined(separator: "/") + (isFolder ? "/" : "")
    }

    /// Each segment decoded and encoded again, so that clients that escape less than the rule demands still match.
    private static func keyPath(_ path: String) -> String {
        guard !path.isEmpty else { return "/" }
        return path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { segment in
                let raw = PercentEncoding.decode(segment, plusIsSpace: false) ?? Array(segment)
                return String(decoding: PercentEncoding.encode(bytes: raw), as: UTF8.self)
            }
            .joined(separator: "/")
    }

    /// Parameters sorted by encoded name and then encoded value, without the signature itself.
    package static func query(_ query: String) -> String {
        var pairs: [(name: String, value: String)] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = recoded(pair[..<separator])
            guard name != PresignedParameter.signature else { continue }
            pairs.append((name, separator == pair.endIndex ? "" : recoded(pair[pair.index(after: separator)...])))
        }
        // All ASCII by now, so text order is byte order.
        return pairs.sorted { $0 < $1 }.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    /// A plus is a space, as the form reader takes it; a broken escape stands for its own characters.
    private static func recoded(_ encoded: Substring.UTF8View) -> String {
        let raw = PercentEncoding.decode(encoded, plusIsSpace: true) ?? Array(encoded)
        return String(decoding: PercentEncoding.encode(bytes: raw), as: UTF8.self)
    }

    /// Without white space around, and with single blanks inside.
    private static func collapsed(_ value: String) -> String {
        value.utf8.split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }
}
