/// The path of a request: its segments as they were sent, which signatures cover, and decoded, which is what is obeyed.
package struct RequestPath: Sendable {
    /// As in the request line, for answers that repeat it.
    package let encoded: String
    /// What stands between the slashes, decoded; empty segments, `.` and `..` included, since the key of an object is not a path.
    package let segments: [String]

    /// - Parameter encoded: percent-encoded, with a slash at its beginning; an empty one is the root. A `+` in it is a plus.
    package init(_ encoded: String) throws(RequestError) {
        let encoded = encoded.isEmpty ? "/" : encoded
        guard encoded.utf8.first == UInt8(ascii: "/") else { throw .malformed("The path of the request does not begin with a slash") }
        var segments: [String] = []
        for segment in encoded.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let bytes = PercentEncoding.decode(segment, plusIsSpace: false), let text = String(validating: bytes, as: UTF8.self)
            else { throw .malformed("The path of the request is not percent-encoded UTF-8") }
            segments.append(text)
        }
        self.encoded = encoded
        self.segments = segments
    }
}
