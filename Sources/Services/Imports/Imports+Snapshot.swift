import DiskImages
import Domain
import Metadata

/// What ImportSnapshot is asked for.
package struct SnapshotImportRequest: Sendable {
    package var source: ImportSource
    package var description: String
    package var encryption: EncryptionRequest
    package var role: String?
    package var tags: [Tag]
    package var clientToken: ClientToken?

    package init(
        source: ImportSource,
        description: String,
        encryption: EncryptionRequest,
        role: String?,
        tags: [Tag],
        clientToken: ClientToken?
    ) {
        self.source = source
        self.description = description
        self.encryption = encryption
        self.role = role
        self.tags = tags
        self.clientToken = clientToken
    }
}

extension Imports {
    /// An OVA is of a machine and not of a disk.
    static let snapshotFormats: Set<DiskFormat> = DiskFormat.imported.subtracting([.ova])
    private static let snapshotAction = "ImportSnapshot"

    /// Begins to make a snapshot of the disk in an object. What can be told without reading it is refused here.
    package func importSnapshot(_ request: SnapshotImportRequest) async throws -> Job {
        try TagRules.check(request.tags)
        if let known = try await Jobs(call).replay(request.clientToken, of: Self.snapshotAction) { return known }
        let work = SnapshotImport(
            source: try await check(request.source, accepting: Self.snapshotFormats),
            description: request.description,
            snapshot: .random(),
            encryption: try await encryption(request.encryption),
            role: request.role
        )
        let id = ImportSnapshotTaskID.random()
        let job = Job(id: id.rawValue, account: call.account, work: .snapshotImport(work), createdAt: call.now, message: "pending")
        return try await Jobs(call).begin(
            JobStart(
                job: job,
                action: Self.snapshotAction,
                resource: .importSnapshotTask(id),
                tags: request.tags,
                token: request.clientToken,
                limit: Self.activeMax,
                kinds: Self.kinds
            )
        )
    }

    package func checkImport(_ request: SnapshotImportRequest) async throws {
        try TagRules.check(request.tags)
        try await check(request.source, accepting: Self.snapshotFormats)
    }
}
