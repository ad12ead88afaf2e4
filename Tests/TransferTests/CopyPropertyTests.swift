import Blocks
import Domain
import TestSupport
import Testing
import Transfer

/// What holds of every copy, over random disks.
@Suite struct CopyPropertyTests {
    private let engine = CopyEngine(window: 4, reportInterval: .zero)

    @Test(arguments: seeds(12))
    func aCopyEqualsItsSource(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let (source, destination) = (try await here.open(), try await there.open())
            let disk = ModelDisk.random(numbers: 1..<40, using: &generator)
            let root = try await disk.write(to: source)

            let first = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
            #expect(first.bytesTotal == disk.dataBytes)
            #expect(first.bytesDone == disk.dataBytes)
            #expect(first.bytesMoved == Int64(disk.numbers.count * BlockSize.bytes))
            #expect(try await disk.differences(to: root, in: destination) == [])
            #expect(try await there.damages(under: [root]) == [])

            // It stands on its own, and a new process finds it.
            let reopened = try await there.open()
            #expect(try await disk.differences(to: root, in: reopened) == [])
            let appended = reopened.statistics.counts.framesAppended
            let second = try await engine.copy(root, from: StoreSource(source), into: reopened) { _ in }
            #expect(second == SnapshotCopy.Progress(bytesTotal: disk.dataBytes, bytesDone: disk.dataBytes, bytesMoved: 0))
            #expect(reopened.statistics.counts.framesAppended == appended)
        }
    }

    @Test(arguments: seeds(8) + [9_941_360_786])
    func afterAChangeOnlyWhatIsNewMoves(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let (source, destination) = (try await here.open(), try await there.open())
            var disk = ModelDisk.random(numbers: 1..<40, using: &generator)
            var roots = [try await disk.write(to: source)]
            _ = try await engine.copy(roots[0], from: StoreSource(source), into: destination) { _ in }

            for round in 1...3 {
                let first = UInt64(round) * 1000
                disk = disk.changed(Int.random(in: 0...9, using: &generator), first: first, using: &generator)
                // A small disk has no place for all of them.
                let count = disk.numbers.count { $0 >= first }
                let root = try await disk.write(to: source)
                roots.append(root)
                let moving = ScriptedSource(source)
                let progress = try await engine.copy(root, from: moving, into: destination) { _ in }
                #expect(progress.bytesMoved == Int64(count * BlockSize.bytes))
                #expect(progress.bytesDone == disk.dataBytes)
                // Nor is the source asked for more: one move for each new content.
                #expect(moving.record.moved.count == count)
                #expect(try await disk.differences(to: root, in: destination) == [])
            }
            #expect(try await there.damages(under: roots) == [])
        }
    }

    /// A copy comes home: the Region that it came from has everything already.
    @Test func backToWhereItCameFromNothingMoves() async throws {
        try await Place.withPool { pool in
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let (source, destination) = (try await here.open(), try await there.open())
            let disk = ModelDisk(volumeBlocks: 2048, blocks: [0: 1, 5: 2, 2047: 1])
            let root = try await disk.write(to: source)
            _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
            let back = try await engine.copy(root, from: StoreSource(destination), into: source) { _ in }
            #expect(back.bytesMoved == 0)
        }
    }

    /// Several copies of disks that share contents, into one store at once: each content is stored once.
    @Test(arguments: seeds(4))
    func copiesAtOnceStoreEachContentOnce(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let (source, destination) = (try await here.open(), try await there.open())
            let first = ModelDisk.random(numbers: 1..<25, using: &generator)
            let second = first.changed(5, first: 1000, using: &generator)
            let disks = [(first, try await first.write(to: source)), (second, try await second.write(to: source))]
            let engine = engine
            let moved = try await withThrowingTaskGroup(of: Int64.self) { group in
                for (_, root) in disks + disks {
                    group.addTask { try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }.bytesMoved }
                }
                return try await group.reduce(0, +)
            }
            #expect(moved == Int64(first.numbers.union(second.numbers).count * BlockSize.bytes))
            for (disk, root) in disks { #expect(try await disk.differences(to: root, in: destination) == []) }
            #expect(try await there.damages(under: disks.map(\.1)) == [])
        }
    }
}
