import Blocks
import Domain
import TestSupport
import Testing
import Transfer

/// The copy engine over a link.
@Suite(.againstHangs) struct PacedCopyTests {
    @Test(arguments: seeds(3))
    func aLimitedCopyEndsEqualAndTakesItsTime(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let (source, place) = (try await Place(pool: pool).open(), Place(pool: pool))
            let destination = try await place.open()
            let disk = ModelDisk.random(numbers: 1..<40, using: &generator)
            let root = try await disk.write(to: source)
            let clock = ManualClock()
            let link = Link(limit: .mebibytes(1), clock: clock.steadyClock)
            let flow = link.join(.number(1))
            let progress = try await withThrowingTaskGroup(of: SnapshotCopy.Progress?.self) { group in
                group.addTask {
                    try await CopyEngine().copy(root, from: PacedSource(StoreSource(source), over: flow), into: destination) { _ in }
                }
                group.addTask {
                    while !Task.isCancelled { await clock.advanceToSleeper() }
                    return nil
                }
                defer { group.cancelAll() }
                while true {
                    guard let result = try await group.next() else { throw CancellationError() }
                    if let progress = result { return progress }
                }
            }
            flow.leave()
            #expect(progress.bytesDone == disk.dataBytes)
            #expect(try await disk.differences(to: root, in: destination) == [])
            #expect(clock.now / .seconds(1) >= Double(progress.bytesMoved) / Double(1 << 20) - 0.6)
            // What is there costs nothing of the limit.
            let again = link.join(.number(1))
            _ = try await CopyEngine().copy(root, from: PacedSource(StoreSource(source), over: again), into: destination) { _ in }
            again.leave()
        }
    }
}
