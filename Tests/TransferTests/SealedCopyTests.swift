import Blocks
import Domain
import TestSupport
import Testing
import Transfer

/// Copies between domains: what is open is sealed on its way, and what is sealed is sealed anew.
@Suite struct SealedCopyTests {
    private let engine = CopyEngine(window: 4, reportInterval: .zero)

    /// Nil is the open domain.
    private static let ways: [(from: UInt8?, into: UInt8?)] = [(nil, 1), (1, 1), (1, 2), (1, nil)]

    private func domain(_ number: UInt8?, of store: BlockStore) async throws -> SealDomain {
        if let number { try await store.domain(KeyBox.id(number)) } else { .open }
    }

    @Test(arguments: seeds(6)) func aCopyEqualsItsSourceInEachDomain(seed: UInt64) async throws {
        for way in Self.ways {
            for isHere in [false, true] {
                try await Place.withPool { pool in
                    var generator = SeededGenerator(seed: seed)
                    let source = try await Place(pool: pool).open()
                    // Also within a Region: changing the key of what is there.
                    let destination = isHere ? source : try await Place(pool: pool).open()
                    let (from, into) = (try await domain(way.from, of: source), try await domain(way.into, of: destination))
                    var disk = ModelDisk.random(numbers: 1..<40, using: &generator)
                    let isThere = isHere && way.from == way.into

                    for round in 0...1 {
                        if round > 0 { disk = disk.changed(5, first: 1000, using: &generator) }
                        // A small disk has no place for all of them.
                        let count = round == 0 ? disk.numbers.count : disk.numbers.count { $0 >= 1000 }
                        let address = try await disk.write(to: source, in: from)
                        let copied = StoreSource(source, in: from)
                        let hashed = destination.statistics.counts.bytesHashed
                        let progress = try await engine.copy(address, from: copied, into: destination, in: into) { _ in }
                        #expect(progress.bytesDone == disk.dataBytes)
                        #expect(progress.bytesMoved == (isThere ? 0 : Int64(count * BlockSize.bytes)), "\(way) round \(round)")
                        let root = into.address(of: try await copied.root(address).digest)
                        #expect(try await disk.differences(to: root, in: destination, into) == [])
                        #expect(
                            destination.statistics.counts.bytesHashed - hashed < UInt64(BlockSize.bytes),
                            "blocks are proven by their seals"
                        )
                        let again = try await engine.copy(address, from: copied, into: destination, in: into) { _ in }
                        #expect(again.bytesMoved == 0 && again.bytesDone == disk.dataBytes)
                    }
                }
            }
        }
    }

    /// Keys of others change their states all the time: each change makes the Regions let go of all their domains.
    @Test func keysOfOthersDoNotEndTheCopy() async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: 6)
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let (source, destination) = (try await here.open(), try await there.open())
            let (from, into) = (try await domain(1, of: source), try await domain(2, of: destination))
            let disk = ModelDisk.random(numbers: 1..<30, using: &generator).changed(30, first: 100, using: &generator)
            let address = try await disk.write(to: source, in: from)
            _ = try await engine.copy(address, from: StoreSource(source, in: from), into: destination, in: into) { _ in
                here.keys.enable(8)
                there.keys.enable(9)
            }
            let again = (try await domain(1, of: source), try await domain(2, of: destination))
            let root = again.1.address(of: try await source.readRoot(address).digest)
            #expect(try await disk.differences(to: root, in: destination, again.1) == [])
        }
    }

    /// The key of either side is taken away in the middle: the copy ends, and goes on when it is back.
    @Test(arguments: [true, false]) func aKeyThatGoesEndsTheCopy(isSource: Bool) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: 5)
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let (source, destination) = (try await here.open(), try await there.open())
            let (from, into) = (try await domain(1, of: source), try await domain(2, of: destination))
            let disk = ModelDisk.random(numbers: 1..<30, using: &generator).changed(30, first: 100, using: &generator)
            let address = try await disk.write(to: source, in: from)
            let reports = Locked(0)
            await #expect(throws: KeyBox.Unusable.self) {
                try await engine.copy(address, from: StoreSource(source, in: from), into: destination, in: into) { _ in
                    let count = reports.change { count in
                        count += 1
                        return count
                    }
                    if count == 3 { isSource ? here.keys.disable(1) : there.keys.disable(2) }
                }
            }
            #expect(destination.statistics.counts.framesAppended < disk.numbers.count)
            isSource ? here.keys.enable(1) : there.keys.enable(2)
            let (again, anew) = (try await domain(1, of: source), try await domain(2, of: destination))
            _ = try await engine.copy(address, from: StoreSource(source, in: again), into: destination, in: anew) { _ in }
            let root = anew.address(of: try await source.readRoot(address).digest)
            #expect(try await disk.differences(to: root, in: destination, anew) == [])
        }
    }
}
