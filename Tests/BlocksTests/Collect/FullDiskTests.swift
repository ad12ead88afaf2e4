import Blocks
import NIOCore
import TestSupport
import Testing

/// A disk that is full comes free again by deleting, whatever it takes.
struct FullDiskTests {
    private static let blockBytes = 525_000

    /// A store of trees of two blocks each, in one pack, on a disk that they fill up to the reserve.
    private func fill(_ body: (StoreFixture, BlockStore, [StoredTree]) async throws -> Void) async throws {
        let pool = DiskPool(threads: 2)
        let options = BlockStoreOptions(reservedBytes: 2 << 20)
        let fixture = StoreFixture(disk: FaultyDisk(), index: MemoryFrameIndex(), pool: pool, options: options)
        do {
            fixture.disk.setCapacity(30 << 20)
            let store = try await fixture.open()
            var trees: [StoredTree] = []
            do {
                while true { trees.append(try await write(UInt64(trees.count), to: store)) }
            } catch let error as StoreError {
                #expect(error.code == .noSpace)
            }
            try #require(trees.count > 20)
            #expect(fixture.disk.names.count == 1)
            try await body(fixture, store, trees)
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    private func write(_ number: UInt64, to store: BlockStore) async throws -> StoredTree {
        try await store.withWriter { writer in
            var entries: [(slot: Int, digest: Digest)] = []
            for slot in 0..<2 { entries.append((slot, try await writer.put(TestBlock.incompressible(number * 2 + UInt64(slot))))) }
            let page = try BlockMapPage(entries)
            try await writer.put(page: page)
            let root = try BlockMapRoot(volumeBytes: 1 << 30, entries: [.init(page: 0, blockCount: 2, digest: page.digest)])
            let tree = StoredTree(root: try await writer.put(root: root), pages: [page])
            try await writer.flush()
            return tree
        }
    }

    /// With holes in files, space comes back whatever is deleted; without them, as long as what is left fits into the reserve.
    @Test(arguments: [(true, 0.85), (true, 0.2), (true, 0.5), (false, 0.97)]) func deletingGivesSpaceBack(
        hasHoles: Bool,
        share: Double
    ) async throws {
        try await fill { fixture, store, trees in
            fixture.disk.setHoles(hasHoles)
            let deleted = Int(Double(trees.count) * share)
            // Here and there, and not from one end.
            let kept = trees.enumerated().filter { $0.offset * 7 % trees.count >= deleted }.map(\.element)
            let before = fixture.disk.usedBytes
            let report = try await fixture.collect(store, keeping: kept.map(\.root))
            let freed = before - fixture.disk.usedBytes
            #expect(freed > (trees.count - kept.count) * 2 * Self.blockBytes * 9 / 10)
            #expect(report.bytesGivenBack >= UInt64(freed))
            for tree in kept { try await tree.expectWhole(in: store) }
            #expect(try await fixture.scrub().isClean)
            // What was freed can be written to, and an index made anew knows the same.
            for number in 0..<UInt64(trees.count - kept.count - 1) { _ = try await write(1_000 + number, to: store) }
            try await store.close()
            let known = fixture.indexed
            let rebuilt = try await RebuildIndex(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run()
            #expect(rebuilt.damaged.isEmpty, "a hole is no damage")
            #expect(fixture.indexed.isSuperset(of: known))
            let again = try await fixture.open()
            for tree in kept { try await tree.expectWhole(in: again) }
        }
    }

    /// A hole is durable before its space counts, and a power cut in the middle harms only what is dead.
    @Test(arguments: seeds(6)) func aPowerCutWhileHolesAreMadeHarmsNothing(seed: UInt64) async throws {
        try await fill { fixture, store, trees in
            var generator = SeededGenerator(seed: seed)
            let kept = trees.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
            let fails = Int.random(in: 1...6, using: &generator)
            let before = fixture.disk.count(of: .punch)
            fixture.disk.setFaults { $0.call == .punch && $0.ordinal - before >= fails ? .error(5) : nil }
            _ = await Result.of { try await fixture.collect(store, keeping: kept.map(\.root)) }
            fixture.disk.powerCut(using: &generator)
            let again = try await fixture.open()
            for tree in kept { try await tree.expectWhole(in: again) }
            #expect(try await fixture.scrub().isClean)
            try await fixture.collect(again, keeping: kept.map(\.root))
            for tree in kept { try await tree.expectWhole(in: again) }
        }
    }

    /// What an index that is damaged does not name is not dead.
    @Test func aDamagedIndexStopsTheRound() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let kept = try await StoredTree.write([[1, 2]], to: store)
            fixture.index.setDamage(IOFailure(call: "read", path: "index", errno: 5))
            await expectStoreError(.index) { try await fixture.collect(store) }
            try await kept.expectWhole(in: store)
            fixture.index.setDamage(nil)
            try await fixture.collect(store)
            #expect(fixture.indexed.isEmpty)
        }
    }
}
