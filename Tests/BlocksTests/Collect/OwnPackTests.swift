import Blocks
import Glibc
import Synchronization
import TestSupport
import Testing

/// Blocks that are moved to a pack of their own, and back.
struct OwnPackTests {
    private static let blocks: [UInt64] = [1, 2, 3, 4]

    private func addresses(of tree: StoredTree) -> [Digest] { tree.pages.flatMap(\.allDigests) }

    @Test func whatIsMovedIsReadFromItsNewPlaceAndGivesTheOldOneBack() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let tree = try await StoredTree.write([Self.blocks], to: store)
            let noted = Mutex<[PackID]>([])
            let blocks = addresses(of: tree)
            try await store.moveToOwnPack(blocks, level: 15) { pack in noted.withLock { $0.append(pack) } }
            let pack = try #require(noted.withLock { $0.first })
            #expect(Set(try await store.frames(in: pack, limit: 100).map(\.address)) == Set(blocks))
            try await tree.expectWhole(in: store)
            // The old frames are dead, and all of them go with what is left.
            let before = fixture.bytesOnDisk
            try await fixture.collect(store, keeping: [tree.root])
            #expect(fixture.bytesOnDisk < before)
            try await tree.expectWhole(in: store)
            #expect(Set(try await store.frames(in: pack, limit: 100).map(\.address)) == Set(blocks), "the pack stays as it is")
            // And back.
            try await store.moveToOwnPack(blocks)
            #expect(try await store.frames(in: pack, limit: 100).isEmpty)
            try await fixture.collect(store, keeping: [tree.root])
            #expect(!fixture.disk.names.contains { $0.hasPrefix("\(pack)") }, "the pack is gone")
            try await tree.expectWhole(in: try await fixture.open())
        }
    }

    /// As when the snapshot was deleted meanwhile.
    @Test func whatIsNotThereIsLeftOut() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let tree = try await StoredTree.write([Self.blocks], to: store)
            let unknown = TestBlock.digest(TestBlock.compressible(99))
            try await store.moveToOwnPack(addresses(of: tree) + [unknown])
            try await store.moveToOwnPack([unknown]) { _ in Issue.record("a pack of nothing is noted") }
            try await tree.expectWhole(in: store)
            try await fixture.collect(store)
            #expect(fixture.disk.names.isEmpty)
        }
    }

    /// A collection while the pack is on the disk and in no index takes nothing of it.
    @Test func aCollectionMeanwhileHarmsNothing() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let tree = try await StoredTree.write([Self.blocks], to: store)
            try await store.moveToOwnPack(addresses(of: tree), level: 15) { _ in
                try await fixture.collect(store, keeping: [tree.root])
            }
            try await fixture.collect(store, keeping: [tree.root])
            try await tree.expectWhole(in: store)
            #expect(try await fixture.scrub().isClean)
        }
    }

    @Test func aSnapshotThatIsDeletedMeanwhileLeavesNothing() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let tree = try await StoredTree.write([Self.blocks], to: store)
            try await store.moveToOwnPack(addresses(of: tree)) { _ in try await fixture.collect(store) }
            try await fixture.collect(store)
            #expect(fixture.disk.names.isEmpty && fixture.indexed.isEmpty)
        }
    }

    @Test func damagedBlocksAreNotMoved() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let tree = try await StoredTree.write([Self.blocks], to: store)
            let blocks = addresses(of: tree)
            let place = try #require(try fixture.index.locate([blocks[1]])[blocks[1]])
            fixture.disk.flip(place.pack.fileName, at: Int(place.offset) + 100)
            await expectStoreError(.damaged) { try await store.moveToOwnPack(blocks, level: 15) }
            #expect(try fixture.index.locate([blocks[0]])[blocks[0]]?.pack == place.pack)
        }
    }

    @Test(arguments: [EIO, ENOSPC]) func everyStepMayFail(errno: Int32) async throws {
        var step = 1
        while try await moveFails(at: step, errno: errno) { step += 1 }
        // The pack is made, written, synced, read back; the index committed.
        #expect(step > 6)
    }

    /// False when the move has fewer steps.
    private func moveFails(at step: Int, errno: Int32) async throws -> Bool {
        var wasMet = false
        try await StoreFixture.run { fixture in
            var store = try await fixture.open()
            let tree = try await StoredTree.write([Self.blocks], to: store)
            let count = Atomic(0)
            let isDue: @Sendable () -> Bool = { count.add(1, ordering: .relaxed).newValue == step }
            fixture.disk.setFaults { _ in isDue() ? .error(errno) : nil }
            fixture.index.failCommits { _ in isDue() ? IOFailure(call: "commit", path: "index", errno: errno) : nil }
            do {
                try await store.moveToOwnPack(addresses(of: tree), level: 15)
            } catch is StoreError {
                // What it could not do is left as it was.
            }
            fixture.disk.setFaults(nil)
            fixture.index.failCommits(nil)
            wasMet = count.load(ordering: .relaxed) >= step
            for _ in 0..<2 {
                try await tree.expectWhole(in: store)
                #expect(try await fixture.scrub().isClean, "step \(step)")
                store = try await fixture.open()
            }
            try await fixture.collect(store, keeping: [tree.root])
            try await tree.expectWhole(in: store)
            try await fixture.collect(store)
            #expect(fixture.disk.names.isEmpty, "step \(step)")
        }
        return wasMet
    }
}
