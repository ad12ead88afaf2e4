import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// The index over the packs is a cache: whatever becomes of its file, a start or a rebuild makes it anew, and what was there is kept.
@Suite struct DamagedIndexTests {
    enum Damage: CaseIterable {
        case garbageHead, cutInHalf, garbage, empty, foreignLog, otherDatabase, flippedBits, newerSchema

        /// How many files are set aside: an empty one is a new one, and a bit in what SQLite does not use is no damage.
        var kept: ClosedRange<Int> {
            switch self {
            case .empty: 0...0
            case .flippedBits: 0...1
            default: 1...1
            }
        }
    }

    private static let blocks: [Int64: UInt64] = [0: 1, 1: 2, 1500: 3]

    private func withDamage(_ damage: Damage, seed: UInt64 = 0, _ body: (World, SnapshotID, String) async throws -> Void) async throws {
        try await World.run { world in
            var made: [SnapshotID] = []
            try await world.reconciling {
                // Enough rows that the file has pages of every kind.
                for number in UInt64(0)..<2 {
                    let others = (0..<20).map { (Int64(100 + $0), 1_000 * (number + 1) + UInt64($0)) }
                    made.append(try await world.snapshot(Self.blocks.merging(others) { first, _ in first }))
                }
            }
            for store in world.deployment.regions.values { try await store.blocks.close() }
            let path = world.folder.frameIndex(World.home)
            try Self.copyClosed(path)
            try Self.apply(damage, to: path, world, seed)
            try await body(world, made[0], path)
        }
    }

    /// Puts the file in order as a clean end does, whoever still has the old one open.
    private static func copyClosed(_ path: String) throws {
        try copyClosed(path, .frameIndex, to: path + ".copy")
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try FileManager.default.moveItem(atPath: path + ".copy", toPath: path)
    }

    private static func copyClosed(_ path: String, _ schema: Schema, to copy: String) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        try Database(path: copy, schema: schema).close()
    }

    private static func apply(_ damage: Damage, to path: String, _ world: World, _ seed: UInt64) throws {
        var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        var generator = SeededGenerator(seed: seed)
        switch damage {
        case .garbageHead: bytes.replaceSubrange(0..<100, with: generator.bytes(100))
        case .cutInHalf: bytes.removeSubrange((bytes.count / 2)...)
        case .garbage: bytes = generator.bytes(bytes.count)
        case .empty: bytes = []
        case .foreignLog:
            try copyClosed(world.folder.directoryDatabase, .directory, to: path + ".other")
            try makeLog(of: path + ".other", beside: path)
            return
        case .otherDatabase:
            try copyClosed(world.folder.directoryDatabase, .directory, to: path + ".other")
            bytes = [UInt8](try #require(FileManager.default.contents(atPath: path + ".other")))
        case .flippedBits:
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
        case .newerSchema:
            let database = try Database(path: path, schema: .frameIndex)
            try database.blockingWrite { _ = try $0.execute("INSERT INTO schema_steps (number) VALUES (99)") }
            try database.close()
            return
        }
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// Leaves the write-ahead log of another database, as a process that was killed would.
    private static func makeLog(of other: String, beside path: String) throws {
        let database = try Database(path: other, schema: .directory)
        try database.blockingWrite { _ = try $0.execute("CREATE TABLE strangers (a BIGINT, b TEXT)") }
        try database.blockingWrite { transaction in
            for number in 0..<500 {
                try transaction.execute("INSERT INTO strangers VALUES (?, ?)", [.integer(number), .text("stranger \(number)")])
            }
        }
        try FileManager.default.copyItem(atPath: other + "-wal", toPath: path + "-wal")
        try database.close()
    }

    private func asides(_ path: String) throws -> [String] {
        let folder = URL(filePath: path).deletingLastPathComponent().path()
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasPrefix("index.sqlite.damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }
    }

    private func expectAll(_ world: World, _ id: SnapshotID) async throws {
        let others = (0..<20).map { (Int64(100 + $0), 1_000 + UInt64($0)) }
        try await world.expect(id, in: World.home, holds: Self.blocks.merging(others) { first, _ in first })
    }

    @Test(arguments: Damage.allCases) func aStartSetsItAsideAndMakesItAnew(damage: Damage) async throws {
        try await withDamage(damage) { world, id, path in
            try await world.reopened { try await expectAll($0, id) }
            let kept = try asides(path).count
            #expect(damage.kept.contains(kept))
            let message = "The index over the packs is damaged: it is set aside and made anew from the packs"
            #expect(world.log.count(message) == kept)
            #expect(try await Maintenance(folder: world.folder).scrub(World.home).isSound)
        }
    }

    @Test(arguments: seeds(8)) func flippedBitsAnywhereLoseNothing(seed: UInt64) async throws {
        try await withDamage(.flippedBits, seed: seed) { world, id, path in
            try await world.reopened { try await expectAll($0, id) }
            // A bit in what SQLite does not use is no damage.
            #expect(try asides(path).count <= 1)
            #expect(try await Maintenance(folder: world.folder).scrub(World.home).isSound)
        }
    }

    @Test(arguments: Damage.allCases) func aRebuildMakesItAnew(damage: Damage) async throws {
        try await withDamage(damage) { world, id, path in
            let rebuilt = try await Maintenance(folder: world.folder).rebuildIndex(of: World.home)
            #expect(rebuilt.damages.isEmpty)
            #expect(damage.kept.contains(rebuilt.setAside == nil ? 0 : 1))
            try await world.reopened { try await expectAll($0, id) }
        }
    }

    /// Whoever only looks says which file it is and what to do, and touches nothing.
    @Test func aScrubNamesTheFileAndTheRemedy() async throws {
        try await withDamage(.garbageHead) { world, _, path in
            let before = FileManager.default.contents(atPath: path)
            let refusal = await #expect(throws: DamagedIndex.self) { _ = try await Maintenance(folder: world.folder).scrub(World.home) }
            let text = refusal?.description ?? ""
            #expect(text.contains(path) && text.contains("is damaged") && text.contains("ferry rebuild-index"), "\(text)")
            #expect(FileManager.default.contents(atPath: path) == before)
        }
    }

    /// A collection by an index that has forgotten something would destroy it: each begins with this.
    @Test func anAddressThatIsNotWhatItWasIsFound() async throws {
        try await withDamage(.empty) { world, _, path in
            try await world.reopened { again in
                for store in again.deployment.regions.values { try await store.blocks.close() }
            }
            try Self.copyClosed(path)
            var bytes = try #require(FileManager.default.contents(atPath: path))
            let range = try #require(bytes.range(of: Data(TestBlock.digest(content(2)).bytes)))
            bytes[range.lowerBound + 5] ^= 1
            try bytes.write(to: URL(filePath: path))
            let database = try Database(path: path, schema: .frameIndex)
            #expect(throws: DamagedIndex.self) { try SQLFrameIndex(database).verify() }
            try database.close()
        }
    }
}
