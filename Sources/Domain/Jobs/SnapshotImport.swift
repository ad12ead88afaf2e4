/// ImportSnapshot: an object with a disk in it becomes a snapshot (docs/behaviour/image-stores-and-import.md, "Imports").
package struct SnapshotImport: Hashable, Sendable, Codable {
    package let source: ImportSource
    package let description: String
    /// The snapshot that there will be. It is listed when it is whole.
    package let snapshot: SnapshotID
    package let encryption: SnapshotEncryption?
    package let role: String?

    package init(source: ImportSource, description: String, snapshot: SnapshotID, encryption: SnapshotEncryption?, role: String?) {
        self.source = source
        self.description = description
        self.snapshot = snapshot
        self.encryption = encryption
        self.role = role
    }
}
