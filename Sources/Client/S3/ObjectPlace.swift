import Wire

/// Where an object stands.
package struct ObjectPlace: Hashable, Sendable, CustomStringConvertible {
    package var bucket: String
    package var key: String

    package init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Reads `bucket/path/image.manifest.xml`, as an image's location says it; nil unless both halves are there.
    package init?(location: String) {
        guard let slash = location.firstIndex(of: "/") else { return nil }
        bucket = String(location[..<slash])
        key = String(location[location.index(after: slash)...])
        guard !bucket.isEmpty, !key.isEmpty else { return nil }
    }

    /// What RegisterImage takes.
    package var location: String { "\(bucket)/\(key)" }

    package var description: String { "s3://\(location)" }

    /// An object of that name in the same folder.
    package func sibling(_ name: String) -> ObjectPlace {
        let folder = key.lastIndex(of: "/").map { key[...$0] } ?? ""
        return ObjectPlace(bucket: bucket, key: folder + name)
    }
}

/// A bucket, or what stands in a folder of it.
package struct ObjectFolder: Hashable, Sendable {
    package var bucket: String
    /// Without slashes around; empty for the bucket itself.
    package var path: String

    /// Reads `s3://bucket/path`; nil for anything else.
    package init?(url: String) {
        guard url.hasPrefix(Self.scheme) else { return nil }
        let parts = url.dropFirst(Self.scheme.count).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        var path = parts.count > 1 ? parts[1] : ""
        while path.last == "/" { path.removeLast() }
        self.bucket = String(bucket)
        self.path = String(path)
    }

    package static let scheme = "s3://"

    package func object(_ name: String) -> ObjectPlace {
        ObjectPlace(bucket: bucket, key: path.isEmpty ? name : "\(path)/\(name)")
    }
}
