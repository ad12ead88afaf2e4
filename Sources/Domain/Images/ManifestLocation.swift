/// Where the manifest of a bundle is: `bucket/path/image.manifest.xml`.
package struct ManifestLocation: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let bucket: BucketName
    package let key: ObjectKey

    /// Nil for what is no bucket and key, and for keys with control characters, which no answer can show.
    package init?(rawValue: String) {
        guard let slash = rawValue.utf8.firstIndex(of: UInt8(ascii: "/")),
            let bucket = BucketName(rawValue: String(rawValue[..<slash])),
            let key = ObjectKey(String(rawValue[rawValue.utf8.index(after: slash)...])),
            !rawValue.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return nil }
        self.bucket = bucket
        self.key = key
    }

    package var rawValue: String { "\(bucket)/\(key)" }
    package var description: String { rawValue }

    /// What stands beside the manifest under this name; nil when its key would be too long.
    package func neighbour(_ name: String) -> ObjectKey? {
        let folder = key.text.utf8.lastIndex(of: UInt8(ascii: "/")).map { key.text[...$0] } ?? ""
        return ObjectKey(folder + name)
    }
}
