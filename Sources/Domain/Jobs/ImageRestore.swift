/// CreateRestoreImageTask: an object of CreateStoreImageTask fills an image and its snapshots, which are pending until then.
package struct ImageRestore: Hashable, Sendable, Codable {
    package let bucket: String
    package let key: String
    /// The version and the tag of the object that was looked at.
    package let version: String
    package let etag: String
    /// In the order of the archive's disks.
    package let snapshots: [SnapshotID]

    package init(bucket: String, key: String, version: String, etag: String, snapshots: [SnapshotID]) {
        self.bucket = bucket
        self.key = key
        self.version = version
        self.etag = etag
        self.snapshots = snapshots
    }
}
