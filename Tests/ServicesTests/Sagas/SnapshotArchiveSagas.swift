import Domain
import Metadata
import Services
import TestSupport
import Testing

/// ModifySnapshotTier, until the snapshot is in the archive.
struct SnapshotArchivalSaga: JobSaga {
    let answers = Answers()
    private let id: SnapshotID

    static func prepare(_ world: World) async throws -> SnapshotID { try await world.snapshot(SagaDisk.blocks) }

    init(_ id: SnapshotID) { self.id = id }

    /// The call has no token: whoever lost the answer looks for the status.
    func ask(in process: World) async throws -> String {
        if try await process.tiered(id) == nil { _ = try await process.snapshots(World.home).archive(id.rawValue) }
        return id.rawValue
    }

    func differences(of _: String, in process: World) async throws -> [String] {
        guard let archived = try await process.tiered(id) else { return ["nothing is known of its tier"] }
        guard archived.tiering.status == "archival-completed", archived.snapshot.tier == .archive else {
            return ["\(archived.tiering.status), \(archived.snapshot.tier): \(archived.tiering.detail ?? "")"]
        }
        var found: [String] = []
        let moved = try await process.blocksInPacks(of: id)
        if moved != SagaDisk.blocks.count { found.append("\(moved) blocks are in its packs") }
        // The way back, when what stood there before is gone.
        try await process.collect()
        _ = try await process.snapshots(World.home).restoreTier(id.rawValue, .temporarily(days: 1))
        try await process.untilTier(of: id, is: "temporary-restore-completed")
        return try await found + process.call(World.home).differences(of: id, to: SagaDisk.blocks)
    }
}

/// RestoreSnapshotTier, until the snapshot is out of the archive for good.
struct SnapshotRestoreSaga: JobSaga {
    let answers = Answers()
    private let id: SnapshotID

    static func prepare(_ world: World) async throws -> SnapshotID {
        let id = try await SnapshotArchivalSaga.prepare(world)
        _ = try await world.snapshots(World.home).archive(id.rawValue)
        try await world.untilTier(of: id, is: "archival-completed")
        return id
    }

    init(_ id: SnapshotID) { self.id = id }

    func ask(in process: World) async throws -> String {
        if try await process.tiered(id)?.tiering.operation == .archival {
            _ = try await process.snapshots(World.home).restoreTier(id.rawValue, .permanently)
        }
        return id.rawValue
    }

    func differences(of _: String, in process: World) async throws -> [String] {
        guard let restored = try await process.tiered(id) else { return ["nothing is known of its tier"] }
        guard restored.tiering.status == "permanent-restore-completed", restored.snapshot.tier == .standard else {
            return ["\(restored.tiering.status), \(restored.snapshot.tier): \(restored.tiering.detail ?? "")"]
        }
        try await process.collect()
        let left = try await process.packs(of: id)
        return try await (left.isEmpty ? [] : ["packs are left"]) + process.call(World.home).differences(of: id, to: SagaDisk.blocks)
    }
}
