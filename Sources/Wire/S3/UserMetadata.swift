/// The `x-amz-meta-` headers of an object.
package enum UserMetadata {
    package static let prefix = "x-amz-meta-"

    /// Names without the prefix, in lower case and in order; the values of a name that is sent twice are joined by a comma.
    package static func read(_ headers: [(name: String, value: String)]) throws(S3Error) -> [(name: String, value: String)] {
        var values: [String: String] = [:]
        for header in headers {
            let name = header.name.lowercased()
            guard name.hasPrefix(prefix) else { continue }
            let key = String(name.dropFirst(prefix.utf8.count))
            values[key] = values[key].map { "\($0),\(header.value)" } ?? header.value
        }
        let size = values.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= S3Limits.userMetadataBytesMax else {
            throw S3Error(
                .metadataTooLarge,
                details: [.init(.size, String(size)), .init(.maxSizeAllowed, String(S3Limits.userMetadataBytesMax))]
            )
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
