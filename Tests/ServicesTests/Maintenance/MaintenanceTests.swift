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
            #expect(clean.hurtSnapshots.isEmpty)
            #expect(clean.packs == 1)
            // Four contents, three pages and three roots.
            #expect(clean.frames == 10)

            try await flip(1, in: world)
            let damaged = try await maintenance.scrub(World.home)
            #expect(damaged.damages.count == 1)
            #expect(damaged.damages.first?.contains(TestBlock.digest(content(1)).description) == true)
            #expect(damaged.hurtSnapshots.map(\.snapshot) == made.prefix(2).sorted())
            #expect(damaged.hurtSnapshots.allSatisfy { $0.detail.contains("block 0") })
            #expect(try await maintenance.scrub(World.away).damages.isEmpty)
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
            #expect(try index.locate(digests) == before)
            try await world.expect(id, in: World.home, holds: [0: 1, 2000: 2])
        }
    }

    private func flip(_ number: UInt64, in world: World) async throws {
        let digest = TestBlock.digest(content(number))
        let index = SQLFrameIndex(try Database(path: world.folder.frameIndex(World.home), schema: .frameIndex))
        let location = try #require(try index.locate([digest])[digest])
        let path = world.folder.regionFolder(World.home) + "/packs/" + location.pack.fileName
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        let place = location.offset + UInt64(FrameHeader.bytes) + 20
        try file.seek(toOffset: place)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: place)
        try file.write(contentsOf: Data([byte ^ 4]))
        try file.close()
    }
}
