import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

@Suite struct MaintenanceTests {
    @Test func scrubNamesTheSnapshotsThatDamageHurts() async throws {
        try await World.run { world in
            var made: [SnapshotID] = []
            try await world.reconciling {
                made = [try await world.snapshot([0: 1, 1: 2]), try await world.snapshot([0: 1, 7: 3]), try await world.snapshot([0: 4])]
            }
            let maintenance = Maintenance(folder: world.folder)
            let clean = try await maintenance.scrub(World.home)
            #expect(clean.damages.isEmpty)
            #expect(clean.hurt.isEmpty)
            #expect(clean.packs == 1)
            // Four contents, three pages and three roots.
            #expect(clean.frames == 10)

            try await flip(1, in: world)
            let damaged = try await maintenance.scrub(World.home)
            #expect(damaged.damages.count == 1)
            #expect(damaged.damages.first?.contains(TestBlock.digest(content(1)).description) == true)
            #expect(damaged.hurt.map(\.holder) == made.prefix(2).sorted().map { .snapshot($0) })
            #expect(damaged.hurt.allSatisfy { $0.detail.contains("block 0") })
            #expect(try await maintenance.scrub(World.away).damages.isEmpty)
        }
    }

    /// Two Regions with the same disk mend each other; what neither has whole comes back with a push of the same bytes.
    @Test func repairMendsFromTheOtherRegion() async throws {
        try await World.run { world in
            let blocks: [Int64: UInt64] = [0: 1, 1: 2]
            var made: [SnapshotID] = []
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot(blocks)])
                let copy = try await world.end(of: try await world.images(World.away).copy(.of(source, name: "copy")))
                made = [try #require(try await world.describe(source, in: World.home)?.snapshotIDs.first), copy.snapshotIDs[0]]
            }
            let maintenance = Maintenance(folder: world.folder)
            try await flip(1, in: world)
            #expect(try await maintenance.scrub(World.home).mended == 0)
            let report = try await maintenance.scrub(World.home, repairing: true)
            #expect(report.damages.count == 1)
            #expect(report.mended == 1)
            #expect(report.isSound)
            #expect(try await maintenance.scrub(World.home).damages.isEmpty)
            try await world.expect(made[0], in: World.home, holds: blocks)

            try await flip(2, in: world)
            try await flip(2, in: world, World.away)
            let lost = try await maintenance.scrub(World.home, repairing: true)
            #expect(lost.mended == 0)
            #expect(!lost.isSound)
            #expect(lost.hurt.map(\.holder) == [.snapshot(made[0])])
            // A server that starts on the folder now takes the block again.
            let pool = DiskPool()
            let (vault, clock) = (world.deployment.vault, world.clock.wallClock)
            let store = try await RegionStore.open(region: World.home, folder: world.folder, pool: pool, vault: vault, clock: clock)
            let writer = store.blocks.writer()
            try await writer.put(content(2))
            try await writer.flush()
            try await pool.shutdown()
            try await world.expect(made[0], in: World.home, holds: blocks)
            // And mends the other Region with it.
            #expect(try await maintenance.scrub(World.away, repairing: true).isSound)
            #expect(try await maintenance.scrub(World.home, repairing: true).isSound)
            try await world.expect(made[1], in: World.away, holds: blocks)
        }
    }

    /// The index is a cache: what it held can be made anew from the packs.
    @Test func aRebuiltIndexServesAsBefore() async throws {
        try await World.run { world in
            var made: SnapshotID?
            try await world.reconciling { made = try await world.snapshot([0: 1, 2000: 2]) }
            let id = try #require(made)
            let index = SQLFrameIndex(try Database(path: world.folder.frameIndex(World.home), schema: .frameIndex))
            let digests = [1, 2].map { TestBlock.digest(content($0)) }
            let before = try index.locate(digests)
            #expect(before.count == 2)
            try index.removeAll()
            #expect(try index.locate(digests).isEmpty)
            let rebuilt = try await Maintenance(folder: world.folder).rebuildIndex(of: World.home)
            #expect(rebuilt.damages.isEmpty)
            #expect(rebuilt.packs == 1)
            #expect(rebuilt.frames == 5)
            #expect(rebuilt.setAside == nil)
            let new = SQLFrameIndex(try Database(path: world.folder.frameIndex(World.home), schema: .frameIndex))
            #expect(try new.locate(digests) == before)
            try await world.reopened { try await $0.expect(id, in: World.home, holds: [0: 1, 2000: 2]) }
        }
    }

    private func flip(_ number: UInt64, in world: World, _ region: Region = World.home) async throws {
        try world.flip(world.place(of: TestBlock.digest(content(number)), in: region), in: region)
    }
}
