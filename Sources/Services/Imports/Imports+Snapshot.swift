import DiskImages
import Domain
import Metadata

/// What ImportSnapshot is asked for.
package struct SnapshotImportRequest: Sendable {
    package var source: ImportSource
    package var encryption: EncryptionRequest
    package var options: TaskOptions

    package init(source: ImportSource, encryption: EncryptionRequest, options: TaskOptions) {
        self.source = source
        self.encryption = encryption
        self.options = options
    }
}

extension Imports {
    /// An OVA is of a machine and not of a disk.
    static let snapshotFormats: Set<DiskFormat> = DiskFormat.imported.subtracting([.ova])
    private static let snapshotAction = TaskAction(name: "ImportSnapshot", limit: activeMax, kinds: kinds)

    /// Begins to make a snapshot of the disk in an object. What can be told without reading it is refused here.
    package func importSnapshot(_ request: SnapshotImportRequest) async throws -> Job {
        try await Jobs(call).begin(Self.snapshotAction, as: .importSnapshotTask(.random()), request.options) {
            .snapshotImport(
                SnapshotImport(
                    source: try await check(request.source, accepting: Self.snapshotFormats),
                    description: request.options.description,
                    snapshot: .random(),
                    encryption: try await encryption(request.encryption),
                    role: request.options.role
                )
            )
        }
    }
}
