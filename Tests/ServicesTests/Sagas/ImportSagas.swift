import Domain
import Services
import Testing

/// ImportSnapshot of a raw disk.
struct SnapshotImportSaga: JobSaga {
    let answers = Answers()

    static func prepare(_ world: World) async throws {
        try await world.buckets().create("depot")
        try await world.put("disk.raw", SagaDisk.file)
    }

    init(_ facts: Void) {}

    func ask(in process: World) async throws -> String {
        let source = ImportSource(bucket: "depot", key: "disk.raw", format: "RAW")
        let request = SnapshotImportRequest(source: source, encryption: EncryptionRequest(), options: SagaDisk.options)
        return try await Imports(process.call(World.home)).importSnapshot(request).id
    }

    func differences(of id: String, in process: World) async throws -> [String] {
        try await process.differences(of: .snapshotImport, toCompleted: id)
            + process.differences(ofSnapshotsIn: World.home, to: SagaDisk.blocks)
    }
}

/// ImportImage of a raw disk.
struct ImageImportSaga: JobSaga {
    let answers = Answers()

    static func prepare(_ world: World) async throws { try await SnapshotImportSaga.prepare(world) }

    init(_ facts: Void) {}

    func ask(in process: World) async throws -> String {
        let source = ImportSource(bucket: "depot", key: "disk.raw", format: "RAW")
        let request = ImageImportRequest(
            disks: [.init(source: source, snapshot: nil, deviceName: nil, description: nil)],
            traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
            platform: nil,
            licenseType: nil,
            encryption: EncryptionRequest(),
            options: SagaDisk.options
        )
        return try await Imports(process.call(World.home)).importImage(request).id
    }

    func differences(of id: String, in process: World) async throws -> [String] {
        var found = try await process.differences(of: .imageImport, toCompleted: id)
        guard let task = try await process.tasks(.imageImport).first, case .imageImport(let work) = task.work else { return found }
        found += try await process.differences(ofImage: work.image.rawValue)
        found += try await process.differences(to: SagaDisk.blocks)
        return found
    }
}
