import Blocks
import Domain
import TestSupport
import Testing
import Transfer

/// What is counted before a copy is what the copy then moves.
@Suite struct CopyTallyTests {
    private let engine = CopyEngine(window: 4, reportInterval: .zero)

    private static let ways: [(from: UInt8?, into: UInt8?)] = [(nil, nil), (nil, 1), (1, 1), (1, 2), (1, nil)]

    private func domain(_ number: UInt8?, of store: BlockStore) async throws -> SealDomain {
        if let number { try await store.domain(KeyBox.id(number)) } else { .open }
    }

    private func amount(
        _ address: Digest,
        from source: StoreSource,
        into store: BlockStore,
        _ domain: SealDomain
    ) async throws -> CopyTally.Amount {
        var tally = CopyTally()
        let held = StoredContent(store: store, domain: domain)
        return try await tally.add(try await source.root(address), from: source, into: domain.id, where: held)
    }

    /// A first copy, one of a changed disk, one of the same again, and one of an unrelated disk that shares blocks; within a store, too.
    @Test(arguments: seeds(6)) func whatIsCountedIsWhatMoves(seed: UInt64) async throws {
        for way in Self.ways {
            for isHere in [false, true] {
                try await Place.withPool { pool in
                    var generator = SeededGenerator(seed: seed)
                    let store = try await Place(pool: pool).open()
                    let destination = isHere ? store : try await Place(pool: pool).open()
                    let (from, into) = (try await domain(way.from, of: store), try await domain(way.into, of: destination))
                    let source = StoreSource(store, in: from)
                    let first = ModelDisk.random(numbers: 1..<40, using: &generator)
                    let disks = [
                        first, first.changed(5, first: 1000, using: &generator), first, .random(numbers: 20..<60, using: &generator),
                    ]
                    for disk in disks {
                        let address = try await disk.write(to: store, in: from)
                        let before = destination.statistics.counts
                        let counted = try await amount(address, from: source, into: destination, into)
                        let after = destination.statistics.counts
                        #expect(after.framesAppended == before.framesAppended && after.indexCommits == before.indexCommits)
                        let moved = try await engine.copy(address, from: source, into: destination, in: into) { _ in }
                        #expect(counted.bytesTotal == disk.dataBytes && moved.bytesTotal == disk.dataBytes)
                        #expect(counted.bytesToMove == moved.bytesMoved, "\(way)")
                        #expect(!counted.isUpperBound)
                    }
                }
            }
        }
    }

    /// Disks of one image are copied together: what they share is moved once.
    @Test(arguments: seeds(4)) func whatDisksShareCountsOnce(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let (store, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            let source = StoreSource(store)
            let disks = (0..<3).map { _ in ModelDisk.random(numbers: 1..<60, using: &generator) }
            var tally = CopyTally()
            var (counted, moved) = (Int64(0), Int64(0))
            var roots: [Digest] = []
            for disk in disks {
                let root = try await disk.write(to: store)
                roots.append(root)
                let held = StoredContent(store: destination, domain: .open)
                counted += try await tally.add(try await source.root(root), from: source, into: .open, where: held).bytesToMove
            }
            for root in roots { moved += try await engine.copy(root, from: source, into: destination) { _ in }.bytesMoved }
            #expect(counted == moved)
        }
    }

    /// What an account is told that must not learn what others have: never less than moves, and all that its own disks spare.
    @Test(arguments: seeds(6)) func whatOthersHoldDoesNotShow(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let (store, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            let source = StoreSource(store)
            let own = ModelDisk.random(numbers: 1..<40, using: &generator)
            let disk = own.changed(5, first: 1000, using: &generator)
            let (ownRoot, root) = (try await own.write(to: destination), try await disk.write(to: store))
            func counted(over roots: [Digest]) async throws -> CopyTally.Amount {
                var tally = CopyTally()
                let held = try await DiskContent(roots, in: destination)
                return try await tally.add(try await source.root(root), from: source, into: .open, where: held)
            }
            let (alone, over) = (try await counted(over: []), try await counted(over: [ownRoot]))
            #expect(alone.bytesToMove == Int64(disk.numbers.count * BlockSize.bytes))
            #expect(over.bytesToMove <= alone.bytesToMove)
            #expect(over.bytesToMove >= Int64(disk.numbers.subtracting(own.numbers).count * BlockSize.bytes))
            // Others have all of it, which makes no difference.
            _ = try await engine.copy(root, from: source, into: destination) { _ in }
            #expect(try await counted(over: []) == alone)
            #expect(try await counted(over: [ownRoot]) == over)
            #expect(try await counted(over: [ownRoot, root]).bytesToMove == 0)
            #expect(alone.isUpperBound == (alone.bytesToMove > 0))
            // A disk that has gone spares nothing, and is no error.
            #expect(try await counted(over: [TestBlock.digest(TestBlock.compressible(7))]) == alone)
        }
    }

    /// A disk of 64 TiB with little on it costs a look at each batch of its pages, and a page for each that is missing.
    @Test func aLargeSparseDiskIsCountedQuickly() async throws {
        try await Place.withPool { pool in
            let (store, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            let perPage = UInt64(BlockSize.blocksPerPage)
            let volumeBlocks = BlockMapRoot.maximumVolumeBytes / UInt64(BlockSize.bytes)
            let places = (0..<20).map { UInt64($0) * 6500 * perPage } + [volumeBlocks - 1]
            let disk = ModelDisk(volumeBlocks: volumeBlocks, blocks: Dictionary(uniqueKeysWithValues: places.map { ($0, $0 + 1) }))
            let root = try await disk.write(to: store)
            let source = StoreSource(store)
            let (before, held) = (store.statistics.counts.framesRead, destination.statistics.counts.framesRead)
            #expect(try await amount(root, from: source, into: destination, .open).bytesToMove == disk.dataBytes)
            #expect(store.statistics.counts.framesRead - before <= UInt64(places.count + 1), "the root and the pages, and no block")
            #expect(destination.statistics.counts.framesRead == held)
        }
    }

    /// Behind so many pages that differ, what they list counts: never less than moves.
    @Test func manyPagesAreNotRead() async throws {
        try await Place.withPool { pool in
            let (store, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            let perPage = UInt64(BlockSize.blocksPerPage)
            // Every page has a block of its own, and one that all have.
            let blocks = (0..<10).flatMap { [($0 * perPage, $0 + 1), ($0 * perPage + 1, UInt64(99))] }
            let disk = ModelDisk(volumeBlocks: 10 * perPage, blocks: Dictionary(uniqueKeysWithValues: blocks))
            let (source, root) = (StoreSource(store), try await disk.write(to: store))
            let held = StoredContent(store: destination, domain: .open)
            for (pages, blocks) in [(10, 11), (4, 4 + 1 + 12), (0, 20)] {
                var tally = CopyTally(pagesMax: pages)
                let amount = try await tally.add(try await source.root(root), from: source, into: .open, where: held)
                #expect(amount.bytesToMove == Int64(blocks * BlockSize.bytes))
                #expect(amount.isUpperBound == (pages < 10))
            }
        }
    }
}
