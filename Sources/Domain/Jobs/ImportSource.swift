/// The object that a disk is imported from: in a bucket of the caller's in the Region of the call.
package struct ImportSource: Hashable, Sendable, Codable {
    package let bucket: String
    package let key: String
    /// As it was given; nil when bucket and key were.
    package let url: String?
    /// As it was given: `VMDK`, `vhd`; nil leaves it to the file.
    package let format: String?
    /// Bytes of the object, once it has been looked at.
    package var bytes: Int64?
    /// Its version and its tag, as they were then.
    package var version: String?
    package var etag: String?

    package init(bucket: String, key: String, url: String? = nil, format: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.url = url
        self.format = format
    }

    /// Whether an object is the one that was looked at, if any was.
    package func isSame(version: String, etag: String) -> Bool { self.etag == nil || (self.version, self.etag) == (version, etag) }
}
