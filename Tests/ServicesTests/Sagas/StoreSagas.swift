import Domain
import Metadata
import Services
import TestSupport
import Testing

/// CreateStoreImageTask of an image with a disk.
struct ImageStoreSaga: JobSaga {
    let answers = Answers()
    private let image: ImageID

    static func prepare(_ world: World) async throws -> ImageID { try await ImageExportSaga.prepare(world) }

    init(_ image: ImageID) { self.image = image }

    /// The call has no token: whoever lost the answer looks for the task.
    func ask(in process: World) async throws -> String {
        if let task = try await process.tasks(.imageStore).first { return task.id }
        _ = try await ImageStores(process.call(World.home)).store(image.rawValue, in: "depot", tags: [])
        return try await process.tasks(.imageStore).first?.id ?? ""
    }

    func differences(of id: String, in process: World) async throws -> [String] {
        let found = try await process.differences(of: .imageStore, toCompleted: id)
        let keys = try await process.objects().list(ObjectListing(), in: "depot").elements.map(\.key.text)
        guard found.isEmpty, keys == ["\(image).bin"] else { return found + ["objects \(keys)"] }
        // The way back: what was stored is restored and is the same disk.
        let restored = try await process.restore(image, as: "again")
        let end = try await process.end(of: restored, in: World.home)
        guard end.state == .available else { return ["\(end.state): \(end.stateReason?.message ?? "")"] }
        return try await process.differences(to: SagaDisk.blocks, count: 2)
    }
}

/// CreateRestoreImageTask of an image with a disk.
struct ImageRestoreSaga: JobSaga {
    let answers = Answers()
    private let image: ImageID

    static func prepare(_ world: World) async throws -> ImageID {
        let image = try await ImageExportSaga.prepare(world)
        _ = try await ImageStores(world.call(World.home)).store(image.rawValue, in: "depot", tags: [])
        try await until("it is stored") { try await world.tasks(.imageStore).allSatisfy { $0.state == .completed } }
        return image
    }

    init(_ image: ImageID) { self.image = image }

    /// The call has no token: whoever lost the answer looks for the name.
    func ask(in process: World) async throws -> String {
        if let known = try await process.listing(of: World.home).first(where: { $0.name == "again" }) { return known.id.rawValue }
        return try await process.restore(image, as: "again").rawValue
    }

    func differences(of id: String, in process: World) async throws -> [String] {
        try await process.differences(ofImage: id, among: 2) + process.differences(to: SagaDisk.blocks, count: 2)
    }
}

extension World {
    fileprivate func restore(_ image: ImageID, as name: String) async throws -> ImageID {
        let request = ImageRestoreRequest(bucket: "depot", key: "\(image).bin", name: name, imageTags: [], snapshotTags: [])
        return try await ImageStores(call(World.home)).restore(request)
    }
}
