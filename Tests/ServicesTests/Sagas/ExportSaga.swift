import Domain
import Metadata
import Services
import TestSupport
import Testing

/// ExportImage, through a file that qemu-img makes.
struct ImageExportSaga: JobSaga {
    let answers = Answers()
    private let image: ImageID

    static func prepare(_ world: World) async throws -> ImageID {
        try await world.buckets().create("depot")
        return try await world.register("web", over: [try await world.snapshot(SagaDisk.blocks)])
    }

    init(_ image: ImageID) { self.image = image }

    func ask(in process: World) async throws -> String {
        let request = ImageExportRequest(
            imageID: image.rawValue,
            format: "VMDK",
            bucket: "depot",
            prefix: "out/",
            options: SagaDisk.options
        )
        return try await Exports(process.call(World.home)).export(request).id
    }

    func differences(of id: String, in process: World) async throws -> [String] {
        let found = try await process.differences(of: .imageExport, toCompleted: id)
        let keys = try await process.objects().list(ObjectListing(), in: "depot").elements.map(\.key.text)
        guard found.isEmpty, keys == ["out/\(id).vmdk"] else { return found + ["objects \(keys)"] }
        // The way back: what was exported is imported and is the same disk.
        let request = SnapshotImportRequest(
            source: ImportSource(bucket: "depot", key: keys[0]),
            encryption: EncryptionRequest(),
            options: TaskOptions(description: "", role: nil, tags: [], clientToken: nil)
        )
        _ = try await Imports(process.call(World.home)).importSnapshot(request)
        try await until("the export has come back") {
            try await process.tasks(.snapshotImport).allSatisfy { $0.step == nil }
        }
        return try await process.differences(to: SagaDisk.blocks, count: 2)
    }
}
