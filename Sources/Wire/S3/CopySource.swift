/// `x-amz-copy-source`: `bucket/key` or `/bucket/key`, percent-encoded, with `?versionId=…` behind it.
package struct CopySource: Sendable, Hashable {
    package let bucket: String
    package let key: String
    package let versionID: String?

    /// A `+` is a blank, as the encoders of Go and Java write it; a plus is `%2B`.
    package init(header: String) throws(S3Error) {
        let rule = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
        var path = header[...]
        versionID = try Self.takeVersion(from: &path)
        guard !path.hasPrefix("arn:"), !path.hasPrefix("/arn:") else {
            throw S3Error(.notImplemented, "A copy source must be a bucket and a key: access points are not implemented")
        }
        // The slashes before the bucket and the key may be encoded, too.
        let decoded = try S3Address.decoded(path.utf8, plusIsSpace: true)
        let parts = decoded.dropFirst(decoded.hasPrefix("/") ? 1 : 0).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { throw .invalidArgument("x-amz-copy-source", header, rule) }
        try S3Address.checkLength(of: String(parts[1]))
        bucket = String(parts[0])
        key = String(parts[1])
    }

    private static func takeVersion(from path: inout Substring) throws(S3Error) -> String? {
        guard let mark = path.lastIndex(of: "?") else { return nil }
        let name = "versionId="
        let query = path[path.index(after: mark)...]
        // Any other question mark belongs to a key that the client did not encode.
        guard query.hasPrefix(name) else { return nil }
        path = path[..<mark]
        return try S3Address.decoded(query.dropFirst(name.count).utf8, plusIsSpace: false)
    }
}
