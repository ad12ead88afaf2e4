import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// A data folder on which servers live one after the other; in between a test loses, swaps and brings back its files.
struct KeptFolder {
    let folder: DataFolder
    let clock = SettableClock()
    let log = LogMemory()

    /// Runs a test with a folder of its own, which is gone afterwards.
    static func run(_ body: (KeptFolder) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "ferry-kept-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(KeptFolder(folder: DataFolder(path: path)))
    }

    /// Lives the life of a server, from its start to its end in order.
    func serving(_ regions: [Region] = [World.home, World.away], _ body: (World) async throws -> Void = { _ in }) async throws {
        let pool = DiskPool()
        do {
            let deployment = try await Deployment.open(folder, regions: regions, pool: pool, clock: clock.wallClock, logger: log.logger)
            try await body(World(deployment, folder: folder, clock: clock, log: log, pool: pool))
            try await deployment.close()
        } catch {
            try? await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    /// A server that stores a disk in each Region.
    func store(_ blocks: [Int64: UInt64] = [0: 1, 1500: 2]) async throws -> [Region: SnapshotID] {
        var made: [Region: SnapshotID] = [:]
        try await serving { world in
            try await world.reconciling {
                for region in [World.home, World.away] { made[region] = try await world.snapshot(blocks, in: region) }
            }
        }
        return made
    }

    /// The names and bytes of all packs.
    func packs() throws -> [String: Data] {
        var found: [String: Data] = [:]
        for region in try folder.regions() {
            let path = folder.packs(region)
            for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasSuffix(".pack") {
                found["\(region)/\(name)"] = try Data(contentsOf: URL(filePath: path + "/" + name))
            }
        }
        return found
    }

    var home: String { folder.regionDatabase(World.home) }
    var away: String { folder.regionDatabase(World.away) }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: path)
        removeLog(of: path)
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        removeLog(of: path)
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// What readers leave beside a database goes with it.
    private func removeLog(of path: String) {
        for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + name) }
    }

    func move(_ path: String, to place: String) throws { try FileManager.default.moveItem(atPath: path, toPath: place) }

    func copy(_ path: String, over place: String) throws {
        try? FileManager.default.removeItem(atPath: place)
        removeLog(of: place)
        try FileManager.default.copyItem(atPath: path, toPath: place)
    }

    func swap(_ one: String, _ other: String) throws {
        let aside = one + ".aside"
        try move(one, to: aside)
        try move(other, to: one)
        try move(aside, to: other)
    }

    func saved(_ path: String) -> String { path + ".saved" }
}
