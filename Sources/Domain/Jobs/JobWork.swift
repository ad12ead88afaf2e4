/// What a job does. Kept as JSON in its row: a case that has shipped keeps its name and its fields.
package enum JobWork: Hashable, Sendable, Codable {
    /// Verifies the bundle of the image that has the job's id.
    case bundleCheck
    /// Fills the image that has the job's id with the bundle of another.
    case bundleCopy(BundleCopy)
    case snapshotImport(SnapshotImport)
    case imageImport(ImageImport)
    case imageExport(ImageExport)
    case imageStore(ImageStore)
    /// Fills the image that has the job's id, and its snapshots.
    case imageRestore(ImageRestore)
    /// Has the snapshot's id: a snapshot changes its tier once at a time.
    case snapshotArchival(SnapshotArchival)
    /// Has the snapshot's id.
    case snapshotRestore(SnapshotRestore)
    /// Fills the snapshot that has the job's id.
    case volumeSnapshot(VolumeSnapshot)

    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case bundleCheck
        case bundleCopy
        case snapshotImport
        case imageImport
        case imageExport
        case imageStore
        case imageRestore
        case snapshotArchival
        case snapshotRestore
        case volumeSnapshot

        /// Days that a task is listed after its end (docs/behaviour/image-stores-and-import.md, "Import and export tasks"); nil for work
        /// that is told by its image or its snapshot alone.
        package var daysListed: Int? {
            switch self {
            case .bundleCheck, .bundleCopy, .imageRestore, .snapshotArchival, .snapshotRestore, .volumeSnapshot: nil
            case .snapshotImport, .imageImport, .imageExport: 7
            case .imageStore: 31
            }
        }

        /// Whether the job's id is that of an image that is pending until the job ends.
        package var fillsImage: Bool {
            switch self {
            case .bundleCheck, .bundleCopy, .imageRestore: true
            case .snapshotImport, .imageImport, .imageExport, .imageStore, .snapshotArchival, .snapshotRestore, .volumeSnapshot: false
            }
        }
    }

    package var kind: Kind {
        switch self {
        case .bundleCheck: .bundleCheck
        case .bundleCopy: .bundleCopy
        case .snapshotImport: .snapshotImport
        case .imageImport: .imageImport
        case .imageExport: .imageExport
        case .imageStore: .imageStore
        case .imageRestore: .imageRestore
        case .snapshotArchival: .snapshotArchival
        case .snapshotRestore: .snapshotRestore
        case .volumeSnapshot: .volumeSnapshot
        }
    }
}
