import Blocks
import TestSupport
import Testing
import Transfer

/// Copies into a disk that is nearly full: what fits is copied, and what does not is refused before anything is moved.
@Suite(.againstHangs) struct SpaceTests {
    private let engine = CopyEngine(window: 3, reportInterval: .zero)

    /// A destination that keeps nothing back, and holds a disk already.
    private func destination(holding disk: ModelDisk, _ pool: DiskPool) async throws -> (place: Place, store: BlockStore) {
        var place = Place(pool: pool)
        place.options.reservedBytes = 0
        let store = try await place.open()
        _ = try await disk.write(to: store)
        return (place, store)
    }

    /// Leaves so many bytes free.
    private func leave(_ bytes: UInt64, on disk: FaultyDisk) { disk.setCapacity(disk.usedBytes + Int(bytes)) }

    @Test(arguments: seeds(12))
    func whatFitsToTheByteIsCopiedAndAByteLessIsRefused(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let source = try await Place(pool: pool).open()
            let there = ModelDisk.random(numbers: 1..<30, using: &generator)
            let disk = ModelDisk.random(numbers: 10..<60, using: &generator).changed(3, first: 1000, using: &generator)
            let root = try await disk.write(to: source)
            // What it takes is seen on a disk without limits.
            let wide = try await destination(holding: there, pool)
            let usedBefore = wide.place.disk.usedBytes
            _ = try await engine.copy(root, from: StoreSource(source), into: wide.store) { _ in }
            let taken = UInt64(wide.place.disk.usedBytes - usedBefore)

            let (place, store) = try await destination(holding: there, pool)
            // However few blocks are remembered at once, none is counted twice.
            let ledger = SpaceLedger(blocksPerPass: Int.random(in: 1...50, using: &generator))
            let needed = try await self.needed(for: disk, root, from: source, beside: there, in: store)
            if needed > 0 {
                leave(needed - 1, on: place.disk)
                let writes = place.disk.count(of: .write)
                await #expect(throws: NoRoomForCopy(needed: needed, free: needed - 1)) {
                    _ = try await engine.copy(root, from: StoreSource(source), into: store, space: ledger) { _ in }
                }
                #expect(place.disk.count(of: .write) == writes)
            }
            leave(taken, on: place.disk)
            _ = try await engine.copy(root, from: StoreSource(source), into: store, space: ledger) { _ in }
            #expect(try await disk.differences(to: root, in: store) == [])
        }
    }

    /// What the blocks and pages take that are new to a store that holds another disk.
    private func needed(
        for disk: ModelDisk,
        _ root: Digest,
        from source: BlockStore,
        beside other: ModelDisk,
        in store: BlockStore
    ) async throws -> UInt64 {
        let pages = Set(try await source.readRoot(root).entries.map(\.digest))
        let new = pages.subtracting(try await store.contains(Array(pages)))
        return try await source.frameBytes(of: disk.numbers.subtracting(other.numbers).map(ModelDisk.digest) + new)
    }

    @Test func whatIsKeptBackForTheDatabasesIsNotFree() async throws {
        try await Place.withPool { pool in
            let source = try await Place(pool: pool).open()
            let root = try await disk(1..<20).write(to: source)
            var place = Place(pool: pool)
            place.options.reservedBytes = 1 << 20
            let store = try await place.open()
            leave(1 << 20, on: place.disk)
            do {
                _ = try await engine.copy(root, from: StoreSource(source), into: store) { _ in }
                Issue.record("a copy without room went through")
            } catch let error as NoRoomForCopy {
                #expect(error.free == 0)
            }
            #expect(place.disk.usedBytes == 0)
        }
    }

    /// Nobody knows how well the blocks of such a source compress.
    @Test func aSourceThatCannotTellIsNotRefused() async throws {
        try await Place.withPool { pool in
            let source = try await Place(pool: pool).open()
            let disk = disk(1..<20)
            let root = try await disk.write(to: source)
            let (place, store) = try await destination(holding: self.disk(100..<101), pool)
            leave(3_000, on: place.disk)
            await expectStoreError(.noSpace, what: "nearly full") {
                _ = try await engine.copy(root, from: FaultyLink(source), into: store) { _ in }
            }
            leave(100_000, on: place.disk)
            _ = try await engine.copy(root, from: FaultyLink(source), into: store) { _ in }
            #expect(try await disk.differences(to: root, in: store) == [])
        }
    }

    /// A disk of one page with a block for each number.
    private func disk(_ numbers: Range<UInt64>) -> ModelDisk {
        ModelDisk(volumeBlocks: 1024, blocks: Dictionary(uniqueKeysWithValues: numbers.map { ($0, $0) }))
    }
}
