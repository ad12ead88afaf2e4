/// The `Content-Encoding` of a request that puts an object.
package enum ContentEncoding {
    /// What it says of the object: `aws-chunked` is how the bytes come and not what they are. The rest stays as it was sent, blanks included;
    /// empty when there is none.
    package static func ofObject(_ header: String) -> String {
        let codings = header.split(separator: ",", omittingEmptySubsequences: false)
        let kept = codings.filter { trimmed($0).lowercased() != "aws-chunked" }
        return kept.count == codings.count ? header : String(trimmed(kept.joined(separator: ",")[...]))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
