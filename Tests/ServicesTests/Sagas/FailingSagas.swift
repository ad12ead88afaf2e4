import Domain
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// CreateRestoreImageTask of an object that is cut short: the image fails, and what has come is let go.
struct FailingRestoreSaga: JobSaga {
    let answers = Answers()
    private let image: ImageID

    static func prepare(_ world: World) async throws -> ImageID {
        let image = try await ImageRestoreSaga.prepare(world)
        let whole = try await world.read(try await world.objects().head("\(image).bin", in: "depot"))
        try await world.put("\(image).bin", try #require(whole.getSlice(at: 0, length: whole.readableBytes - 10)))
        return image
    }

    init(_ image: ImageID) { self.image = image }

    func ask(in process: World) async throws -> String { try await ImageRestoreSaga(image).ask(in: process) }

    func differences(of id: String, in process: World) async throws -> [String] {
        guard let image = try await process.listing(of: World.home).first(where: { $0.id.rawValue == id }) else { return ["no image"] }
        var found: [String] = []
        if image.state != .failed || image.stateReason?.code != "Client.InvalidRequest" {
            found.append("\(image.state): \(image.stateReason?.message ?? "")")
        }
        for id in image.snapshotIDs {
            let snapshot = try await process.snapshots(World.home).snapshot(id.rawValue)
            if snapshot.state != .error || snapshot.root != nil { found.append("\(id) is \(snapshot.state)") }
        }
        return found
    }
}

/// CopyImage of an image over a bundle of which a part was replaced: the image fails, and the parts that have come are taken away.
struct FailingBundleCopySaga: JobSaga {
    static let region = World.away

    let answers = Answers()
    private let source: ImageID

    static func prepare(_ world: World) async throws -> ImageID {
        let source = try await BundleCopySaga.prepare(world)
        let part = try await world.objects().head("web/disk.part.00", in: "depot")
        try await world.put("web/disk.part.00", SampleBody.content(Int(part.bytes), seed: 9))
        return source
    }

    init(_ source: ImageID) { self.source = source }

    func ask(in process: World) async throws -> String { try await BundleCopySaga(source).ask(in: process) }

    func differences(of id: String, in process: World) async throws -> [String] {
        guard let image = try await process.listing(of: World.away).first, image.id.rawValue == id else { return ["no image"] }
        var found: [String] = []
        if image.state != .failed || image.stateReason?.code != "Client.InvalidManifest" {
            found.append("\(image.state): \(image.stateReason?.message ?? "")")
        }
        for bucket in try await process.buckets(World.away).list(region: World.away.rawValue) {
            let rows = try await process.objects(World.away).list(ObjectListing(), in: bucket.name.rawValue).elements
            found += rows.map { "the object \($0.key.text) is left" }
        }
        return found
    }
}
