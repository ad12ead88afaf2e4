import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// What damage in packs costs is what was damaged, whatever an operator does about it.
@Suite struct DamagedPackTests {
    private static let blocks: [Int64: UInt64] = [0: 1, 1: 2, 2: 3, 3: 4]

    /// A snapshot in one pack, whose path is given, and another in a second.
    private func withSnapshot(_ body: (World, SnapshotID, ImageID, String) async throws -> Void) async throws {
        try await World.run { world in
            var (made, image): (SnapshotID?, ImageID?)
            try await world.reconciling {
                let id = try await world.snapshot(Self.blocks)
                (made, image) = (id, try await world.register("web", over: [id]))
            }
            try await closeStores(world)
            let folder = world.folder.regionFolder(World.home) + "/packs/"
            let pack = try #require(try LocalPackStorage(path: folder).list().first { PackID(fileName: $0) != nil })
            // A process makes a pack of its own.
            try await world.reopened { again in
                try await again.reconciling { _ = try await again.snapshot([5: 77]) }
                try await closeStores(again)
            }
            try await body(world, try #require(made), try #require(image), folder + pack)
        }
    }

    private func closeStores(_ world: World) async throws {
        for store in world.deployment.regions.values { try await store.blocks.close() }
    }

    private func expectAllBut(_ lost: Set<Int64>, of id: SnapshotID, in world: World) async throws {
        let reads = world.reads(World.home)
        let page = try await reads.list(id.rawValue, page: BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil))
        #expect(page.blocks.map(\.index) == Self.blocks.keys.sorted())
        for block in page.blocks {
            if lost.contains(block.index) {
                let error = await #expect(throws: StoreError.self) {
                    try await reads.get(id.rawValue, blockIndex: block.index, token: block.token)
                }
                #expect("\(error.map { "\($0)" } ?? "")".contains("block \(block.index) of snapshot \(id)"))
            } else {
                #expect(
                    try await reads.get(id.rawValue, blockIndex: block.index, token: block.token).bytes
                        == content(Self.blocks[block.index] ?? 0)
                )
            }
        }
    }

    /// A flipped bit in one block of four: three can be read before a rebuild, and three after; a push brings the fourth back.
    @Test func aRebuildKeepsWhatIsLeft() async throws {
        try await withSnapshot { world, id, image, _ in
            try world.flip(world.place(of: TestBlock.digest(content(2))))
            let maintenance = Maintenance(folder: world.folder)
            for _ in 0..<2 {
                let rebuilt = try await maintenance.rebuildIndex(of: World.home)
                #expect(rebuilt.damages.contains { $0.contains("snapshot \(id) is hurt") && $0.contains(image.rawValue) })
                try await world.reopened { try await expectAllBut([1], of: id, in: $0) }
            }
            let scrubbed = try await maintenance.scrub(World.home)
            #expect(scrubbed.damages.count == 1 && !scrubbed.isSound)
            #expect(scrubbed.hurt.map(\.holder) == [.snapshot(id)])
            // A collection, too.
            try await world.reopened { again in
                let collector = Collector(store: again.store(World.home), deployment: again.deployment, schedule: .init(pause: 0, grace: 0))
                _ = try await collector.collect()
                try await expectAllBut([1], of: id, in: again)
                try await again.reconciling { _ = try await again.snapshot(Self.blocks) }
                try await again.expect(id, in: World.home, holds: Self.blocks)
            }
            #expect(try await maintenance.scrub(World.home).isSound)
        }
    }

    enum Anew: CaseIterable { case start, rebuild }

    /// A disk that fails to read for a while: meanwhile the index is made anew, and what shares the pack is deleted and collected.
    @Test(arguments: Anew.allCases) func aFaultThatPassesCostsNothing(anew: Anew) async throws {
        try await World.run { world in
            var (made, other): (SnapshotID?, SnapshotID?)
            try await world.reconciling {
                made = try await world.snapshot(Self.blocks)
                other = try await world.snapshot(Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, UInt64(100 + $0)) }))
            }
            let (id, deleted) = (try #require(made), try #require(other))
            try await closeStores(world)
            let place = try world.place(of: TestBlock.digest(content(2)))
            try world.flip(place)
            let maintenance = Maintenance(folder: world.folder)
            switch anew {
            case .start:
                for suffix in ["", "-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: world.folder.frameIndex(World.home) + suffix)
                }
            case .rebuild: #expect(try await !maintenance.rebuildIndex(of: World.home).damages.isEmpty)
            }
            try await world.reopened { again in
                try await again.snapshots(World.home).delete(deleted.rawValue)
                let collector = Collector(store: again.store(World.home), deployment: again.deployment, schedule: .init(pause: 0, grace: 0))
                let report = try await collector.collect()
                #expect(report.framesUnreadable == 1 && report.packsRemoved == 0)
                try await expectAllBut([1], of: id, in: again)
                try await closeStores(again)
            }
            // The start says what it met.
            let told = world.log.entries.filter { $0.message.contains("`ferry scrub`") && $0.metadata["pack"] == "\(place.pack)" }
            #expect(told.count == (anew == .start ? 1 : 0))
            try world.flip(place)
            try await world.reopened { try await $0.expect(id, in: World.home, holds: Self.blocks) }
            #expect(try await maintenance.scrub(World.home).isSound)
        }
    }

    /// What a rebuild has left out, a repair brings from another Region all the same.
    @Test func aRepairBringsWhatIsMissing() async throws {
        try await withSnapshot { world, id, image, pack in
            try await world.reopened { again in
                try await again.reconciling {
                    _ = try await again.end(of: try await again.images(World.away).copy(.of(image, name: "copy")))
                }
                try await closeStores(again)
            }
            try FileManager.default.removeItem(atPath: pack)
            let maintenance = Maintenance(folder: world.folder)
            #expect(try await !maintenance.rebuildIndex(of: World.home).damages.isEmpty)
            #expect(try await maintenance.scrub(World.home).missing > 0)
            let repaired = try await maintenance.scrub(World.home, repairing: true)
            #expect(repaired.isSound)
            // The root, its page and four blocks.
            #expect(repaired.brought == 6)
            try await world.reopened { try await $0.expect(id, in: World.home, holds: Self.blocks) }
        }
    }

    enum Loss: CaseIterable { case missing, cut, headers }

    /// Packs that are gone, cut, or without a header are damage, and those who need them are named.
    @Test(arguments: Loss.allCases) func aLostPackIsNamedWithWhomItHurts(loss: Loss) async throws {
        try await withSnapshot { world, id, image, path in
            let file = try #require(FileHandle(forUpdatingAtPath: path))
            switch loss {
            case .missing: try FileManager.default.removeItem(atPath: path)
            case .cut: try file.truncate(atOffset: 8_192 + 100)
            case .headers:
                for copy in PackHeader.copies {
                    try file.seek(toOffset: copy)
                    try file.write(contentsOf: Data(repeating: 7, count: 76))
                }
            }
            try file.close()
            let pack = try #require(PackID(fileName: String(path.split(separator: "/").last ?? "")))
            let maintenance = Maintenance(folder: world.folder)
            let scrubbed = try await maintenance.scrub(World.home)
            #expect(!scrubbed.isSound && scrubbed.hurt.map(\.holder) == [.snapshot(id)])
            // A server starts and says what is the matter.
            try await world.reopened { again in
                await #expect(throws: StoreError.self) { try await again.expect(id, in: World.home, holds: Self.blocks) }
                // What is pushed again is stored anew, though the index still names the old place.
                try await again.reconciling { _ = try await again.snapshot([0: 1, 9: 9]) }
            }
            let logged = world.log.entries.contains { $0.metadata["pack"] == "\(pack)" && $0.message.hasPrefix("A pack is missing or cut") }
            #expect(logged == (loss != .headers))
            let rebuilt = try await maintenance.rebuildIndex(of: World.home)
            #expect(rebuilt.damages.contains { $0.contains("\(pack)") })
            #expect(rebuilt.damages.contains { $0.contains("snapshot \(id) is hurt") && $0.contains(image.rawValue) })
        }
    }
}
