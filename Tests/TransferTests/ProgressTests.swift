import Blocks
import Domain
import TestSupport
import Testing
import Transfer

@Suite struct ProgressTests {
    @Test(arguments: seeds(6))
    func progressOnlyGrowsAndEndsAtTheTotal(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let (source, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            let old = ModelDisk.random(numbers: 1..<40, using: &generator)
            let new = old.changed(20, first: 1000, using: &generator)
            let reports = Locked<[SnapshotCopy.Progress]>([])
            for disk in [old, new] {
                reports.change { $0 = [] }
                let end = try await CopyEngine(window: 8, reportInterval: .zero)
                    .copy(try await disk.write(to: source), from: StoreSource(source), into: destination) { progress in
                        reports.change { $0.append(progress) }
                    }
                let all = reports.value + [end]
                for (earlier, later) in zip(all, all.dropFirst()) {
                    #expect(earlier.bytesDone <= later.bytesDone)
                    #expect(earlier.bytesMoved <= later.bytesMoved)
                }
                #expect(all.allSatisfy { $0.bytesTotal == disk.dataBytes && $0.bytesMoved <= $0.bytesDone })
                #expect(end.bytesDone == disk.dataBytes)
                #expect(disk.blocks.isEmpty || !reports.value.isEmpty)
            }
        }
    }

    /// A report that takes long, such as one to a slow database, is not overtaken by later ones.
    @Test func reportsComeOneAtATimeAndInOrder() async throws {
        try await Place.withPool { pool in
            let (source, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            let disk = ModelDisk(volumeBlocks: 1024, blocks: Dictionary(uniqueKeysWithValues: (0..<6).map { ($0, $0 + 1) }))
            let root = try await disk.write(to: source)
            let lastMove = Gate()
            let moving = ScriptedSource(source, .init(beforeMove: { if $0 == 6 { lastMove.open() } }))
            let reports = Locked<[Int64]>([])
            let isFirst = Locked(true)
            _ = try await CopyEngine(window: 2, reportInterval: .zero).copy(root, from: moving, into: destination) { progress in
                let waits = isFirst.change { first in
                    defer { first = false }
                    return first
                }
                // One of the two lanes stands here while the other moves all that is left.
                if waits { await lastMove.pass() }
                reports.change { $0.append(progress.bytesDone) }
            }
            #expect(reports.value == reports.value.sorted())
            #expect(!reports.value.isEmpty)
        }
    }

    /// Nothing is reported before the interval has passed: what the caller gets is the end.
    @Test func reportsKeepTheirDistance() async throws {
        try await Place.withPool { pool in
            let (source, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            let disk = ModelDisk(volumeBlocks: 1024, blocks: Dictionary(uniqueKeysWithValues: (0..<9).map { ($0, $0 + 1) }))
            let reports = Locked(0)
            let root = try await disk.write(to: source)
            let end = try await CopyEngine(reportInterval: .seconds(3600)).copy(root, from: StoreSource(source), into: destination) { _ in
                reports.change { $0 += 1 }
            }
            #expect(reports.value == 0)
            #expect(end.bytesDone == disk.dataBytes)
        }
    }
}
