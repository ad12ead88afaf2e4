/// What a request is about: the service, a bucket, or an object in it.
package struct S3Address: Sendable, Hashable {
    /// Nil for the service itself. Not yet checked against the rules for names.
    package let bucket: String?
    /// Decoded; nil for a bucket. May hold empty, `.` and `..` segments: a key is not a path.
    package let key: String?
    /// Whether the bucket stands in `Host`.
    package let isVirtualHost: Bool

    /// Finds bucket and key in a request.
    ///
    /// - Parameters:
    ///   - host: the `Host` header, with its port.
    ///   - baseNames: the host names of this server, in lower case: `bucket.<base>` is a bucket; every other host is path style.
    package init(host: String, path: RequestPath, baseNames: Set<String>) throws(S3Error) {
        let inHost = Self.bucket(inHost: host, baseNames: baseNames)
        isVirtualHost = inHost != nil
        var rest = path.segments[...]
        if let inHost {
            bucket = inHost
        } else {
            let name = rest.removeFirst()
            guard !name.isEmpty else {
                guard rest.isEmpty else {
                    throw S3Error(.invalidBucketName, explanation: "The path of the request has an empty bucket name")
                }
                (bucket, key) = (nil, nil)
                return
            }
            bucket = name
        }
        let key = rest.joined(separator: "/")
        try Self.checkLength(of: key)
        self.key = key.isEmpty ? nil : key
    }

    /// Whether a host names a bucket.
    package static func isVirtualHost(_ host: String, baseNames: Set<String>) -> Bool { bucket(inHost: host, baseNames: baseNames) != nil }

    static func checkLength(of key: String) throws(S3Error) {
        guard key.utf8.count <= S3Limits.keyBytesMax else {
            throw S3Error(
                .keyTooLong,
                details: [.init(.size, String(key.utf8.count)), .init(.maxSizeAllowed, String(S3Limits.keyBytesMax))]
            )
        }
    }

    /// Decodes a part of a copy source.
    static func decoded(_ encoded: Substring.UTF8View, plusIsSpace: Bool) throws(S3Error) -> String {
        guard let bytes = PercentEncoding.decode(encoded, plusIsSpace: plusIsSpace), let text = String(validating: bytes, as: UTF8.self)
        else {
            throw S3Error(.invalidURI, details: [.init(.uri, String(Substring(encoded)))], explanation: "It must be percent-encoded UTF-8")
        }
        return text
    }

    /// The bucket that a host names; nil for a base name itself, an address or a foreign host.
    private static func bucket(inHost host: String, baseNames: Set<String>) -> String? {
        // An IPv6 address is in brackets; a name has no colon but that of the port.
        guard host.utf8.first != UInt8(ascii: "[") else { return nil }
        let name = host.prefix { $0 != ":" }.lowercased()
        guard !baseNames.contains(name), !isIPv4(name) else { return nil }
        // The longest base, so that a base may be a subdomain of another.
        let base = baseNames.filter { name.hasSuffix(".\($0)") }.max { $0.utf8.count < $1.utf8.count }
        guard let base else { return nil }
        let bucket = String(name.dropLast(base.count + 1))
        return bucket.isEmpty ? nil : bucket
    }

    private static func isIPv4(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
