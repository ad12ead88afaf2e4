import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Collections run by the rows that the bytes belong to, or not at all; and an index of another day costs a scan and no disk.
@Suite(.againstHangs) struct CollectionGuardTests {
    private let schedule = Collector.Schedule(pause: 0, grace: 0)

    private func collect(_ world: World, _ region: Region = World.home) async throws -> CollectionReport {
        try await Collector(store: world.store(region), deployment: world.deployment, schedule: schedule).collect()
    }

    /// The server's own collection stops when somebody puts other rows in the place of those that it has open.
    @Test func rowsThatAreReplacedUnderAServerFreeNothing() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            let packs = try kept.packs()
            try await kept.serving { world in
                let copy = kept.saved(kept.home)
                try kept.copy(kept.home, over: copy)
                try kept.move(copy, to: kept.home + ".next")
                _ = rename(kept.home + ".next", kept.home)
                let amiss = await #expect(throws: RowsAmiss.self) { _ = try await collect(world) }
                #expect(amiss?.problem == .replaced)
                // Nor does one of another Region, whose bytes the rows of this one keep alive.
                await #expect(throws: RowsAmiss.self) { _ = try await collect(world, World.away) }
            }
            #expect(try kept.packs() == packs)
            try await kept.serving { world in
                try await world.expect(try #require(made[World.home]), in: World.home, holds: [0: 1, 1500: 2])
            }
        }
    }

    @Test func packsThatSayThatTheRowsAreOlderAreNotCollected() async throws {
        try await KeptFolder.run { kept in
            _ = try await kept.store()
            try await kept.serving { world in
                let id = try #require(
                    try await world.store(World.home).database.read { try IdentityTable($0).identity() }
                )
                _ = try RowsMark(.init(id: id.id, place: "us-east-1", commits: id.commits + 1), in: kept.folder.packs(World.home))
                let amiss = await #expect(throws: RowsAmiss.self) { _ = try await collect(world) }
                #expect(amiss?.problem == .older(rows: id.commits, packs: id.commits + 1))
            }
        }
    }

    /// Rows that a disk has lost would make garbage of what they keep alive.
    @Test func rowsThatFailTheCheckOfSQLiteFreeNothing() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            try harm(kept.home, .region)
            let packs = try kept.packs()
            let maintenance = Maintenance(folder: kept.folder)
            let scrubbed = try await maintenance.scrub(World.home)
            #expect(!scrubbed.isSound && scrubbed.damages.contains { $0.contains(kept.home) && $0.contains("backup") })
            #expect(try await maintenance.scrub(World.away).isSound)
            try await kept.serving { world in
                try await world.snapshots(World.home).delete(try #require(made[World.home]).rawValue)
                // Nor does one of another Region, whose bytes the rows of this one keep alive.
                for region in [World.home, World.away] {
                    let damaged = await #expect(throws: DatabaseDamaged.self) { _ = try await collect(world, region) }
                    #expect(damaged?.path == kept.home)
                }
            }
            #expect(try kept.packs() == packs)
        }
    }

    @Test func aDirectoryThatFailsTheCheckOfSQLiteIsDamage() async throws {
        try await KeptFolder.run { kept in
            _ = try await kept.store()
            let maintenance = Maintenance(folder: kept.folder)
            #expect(try await maintenance.directoryDamage() == nil)
            try harm(kept.folder.directoryDatabase, .directory)
            #expect(try await maintenance.directoryDamage()?.contains(kept.folder.directoryDatabase) == true)
        }
    }

    /// Changes a bit of a value that stands in a table and in the index over it.
    private func harm(_ path: String, _ schema: Schema) throws {
        let database = try Database(path: path, schema: schema)
        try database.blockingWrite { _ = try $0.execute("CREATE TABLE probes (name TEXT PRIMARY KEY)") }
        try database.blockingWrite { _ = try $0.execute("INSERT INTO probes VALUES ('stands-here-twice')") }
        try database.close()
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let range = try #require(bytes.range(of: Data("stands-here-twice".utf8)))
        bytes[range.lowerBound] ^= 1
        try bytes.write(to: URL(filePath: path))
    }

    /// The index of before a collection names places in packs that were rewritten since.
    @Test func anIndexOfBeforeACollectionLosesNothing() async throws {
        try await KeptFolder.run { kept in
            var (keptDisk, deleted): (SnapshotID?, SnapshotID?)
            try await kept.serving { world in
                try await world.reconciling {
                    keptDisk = try await world.snapshot([0: 1])
                    deleted = try await world.snapshot(Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, UInt64(100 + $0)) }))
                }
            }
            let index = kept.folder.frameIndex(World.home)
            try kept.copy(index, over: kept.saved(index))
            try await kept.serving { world in
                try await world.snapshots(World.home).delete(try #require(deleted).rawValue)
                #expect(try await collect(world).packsRewritten == 1)
            }
            try kept.copy(kept.saved(index), over: index)
            for _ in 0..<2 {
                try await kept.serving { world in
                    try await world.expect(try #require(keptDisk), in: World.home, holds: [0: 1])
                    _ = try await collect(world)
                    try await world.expect(try #require(keptDisk), in: World.home, holds: [0: 1])
                }
            }
        }
    }

    /// Two Regions with the same disk have the same addresses, in other packs.
    @Test func theIndexOfAnotherRegionLosesNothing() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            try kept.copy(kept.folder.frameIndex(World.away), over: kept.folder.frameIndex(World.home))
            for _ in 0..<2 {
                try await kept.serving { world in
                    try await world.expect(try #require(made[World.home]), in: World.home, holds: [0: 1, 1500: 2])
                    _ = try await collect(world)
                    try await world.expect(try #require(made[World.home]), in: World.home, holds: [0: 1, 1500: 2])
                }
            }
        }
    }

    /// A copy that waits in a Region that is not served keeps its source alive, also when the snapshot is deleted.
    @Test func aRegionThatIsNotServedKeepsWhatItsCopiesNeed() async throws {
        try await KeptFolder.run { kept in
            var copy: ImageID?
            try await kept.serving { world in
                var source: (image: ImageID, snapshot: SnapshotID)?
                try await world.reconciling {
                    let snapshot = try await world.snapshot([0: 1, 7: 2])
                    source = (try await world.register("web", over: [snapshot]), snapshot)
                }
                let (image, snapshot) = try #require(source)
                copy = try await world.images(World.away).copy(.of(image, name: "copy"))
                _ = try await world.images(World.home).deregister(image.rawValue, deletesSnapshots: false)
                try await world.snapshots(World.home).delete(snapshot.rawValue)
            }
            try await kept.serving([World.home]) { world in
                kept.clock.advance(seconds: 1000)
                let report = try await collect(world)
                #expect(report.framesRemoved == 0)
            }
            try await kept.serving { world in
                let pending = try #require(copy)
                try await world.reconciling {
                    let image = try await world.end(of: pending)
                    #expect(image.state == .available)
                }
                kept.clock.advance(seconds: 1000)
                let report = try await collect(world)
                #expect(report.framesRemoved > 0, "nothing needs it any more")
            }
        }
    }
}
