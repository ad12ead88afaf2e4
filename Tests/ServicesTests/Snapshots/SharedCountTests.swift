import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// The count of who holds which blocks, which archivals share that wait.
@Suite(.againstHangs) struct SharedCountTests {
    private static let snapshots = [SnapshotID.random(), .random(), .random()]
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    /// Counts that are counted: each knows the snapshots that there were.
    private struct Counting: Sendable {
        let shared: SharedCount
        let counts = Counter()

        func use(
            _ snapshot: SnapshotID,
            asked date: Date,
            at now: Date,
            known: [SnapshotID] = SharedCountTests.snapshots,
            isAwaited: Bool = false
        ) async throws -> Int {
            try await shared.use(
                for: snapshot,
                asked: date,
                at: now,
                fill: { [counts] table in
                    _ = counts.add()
                    try await table.write { transaction in
                        for id in known { try UsageTable(transaction).hold(1, by: id, image: nil) }
                    }
                },
                isAwaited: { _ in isAwaited },
                { table in
                    let isKnown = try await table.read { try UsageTable($0).knows(snapshot) }
                    #expect(isKnown == known.contains(snapshot))
                    return counts.value
                }
            )
        }
    }

    private func with(_ body: (Counting, String) async throws -> Void) async throws {
        try await World.run { world in
            let scratch = world.scratch(World.home)
            try await body(Counting(shared: SharedCount(in: scratch)), scratch.path)
        }
    }

    private func folders(_ path: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

    @Test func thoseThatWaitShareOneThatStaysAsLongAsTheyDo() async throws {
        try await with { counting, path in
            for (number, id) in Self.snapshots.enumerated() {
                let isLast = number == Self.snapshots.count - 1
                let count = try await counting.use(id, asked: Self.noon, at: Self.noon + 1, isAwaited: !isLast)
                #expect(count == 1)
                #expect(folders(path).count == (isLast ? 0 : 1))
            }
            #expect(await counting.shared.kept == 0)
        }
    }

    @Test func thoseAtTheSameTimeWaitForOne() async throws {
        try await with { counting, path in
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for id in Self.snapshots { group.addTask { try await counting.use(id, asked: Self.noon, at: Self.noon, isAwaited: true) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts == [1, 1, 1])
            #expect(folders(path).count == 1)
        }
    }

    @Test func whoeverHasComeLaterCountsAnew() async throws {
        try await with { counting, path in
            _ = try await counting.use(Self.snapshots[0], asked: Self.noon, at: Self.noon, isAwaited: true)
            #expect(try await counting.use(Self.snapshots[1], asked: Self.noon + 1, at: Self.noon + 2, isAwaited: true) == 2)
            // The older one, which nobody uses, has gone.
            #expect(await counting.shared.kept == 1 && folders(path).count == 1)
            #expect(try await counting.use(Self.snapshots[2], asked: Self.noon, at: Self.noon + 3) == 2)
            #expect(await counting.shared.kept == 0 && folders(path).isEmpty)
        }
    }

    /// At the same moment, and yet not counted: it is counted anew, once.
    @Test func whatTheCountDoesNotKnowIsCountedAnew() async throws {
        try await with { counting, path in
            let (first, second) = (Self.snapshots[0], Self.snapshots[1])
            _ = try await counting.use(first, asked: Self.noon, at: Self.noon, known: [first], isAwaited: true)
            #expect(try await counting.use(second, asked: Self.noon, at: Self.noon, known: [first, second]) == 2)
            #expect(folders(path).isEmpty)
            // One that is nowhere is not counted again and again.
            #expect(try await counting.use(Self.snapshots[2], asked: Self.noon, at: Self.noon, known: [first]) == 3)
        }
    }

    private struct Failure: Error {}

    @Test func oneThatFailsIsNotKept() async throws {
        try await with { counting, path async throws in
            await #expect(throws: Failure.self) {
                try await counting.shared.use(
                    for: Self.snapshots[0],
                    asked: Self.noon,
                    at: Self.noon,
                    fill: { _ in throw Failure() },
                    isAwaited: { _ in true },
                    { _ in }
                )
            }
            #expect(folders(path).isEmpty)
            #expect(try await counting.use(Self.snapshots[0], asked: Self.noon, at: Self.noon) == 1)
        }
    }

    /// Who has begun it may go, and the others have it all the same; when all have gone nobody counts any more.
    @Test func itIsForAllThatWait() async throws {
        try await with { counting, path in
            let entered = AsyncStream.makeStream(of: Void.self)
            let opened = AsyncStream.makeStream(of: Void.self)
            @Sendable func use(_ id: SnapshotID) async throws -> Int {
                try await counting.shared.use(
                    for: id,
                    asked: Self.noon,
                    at: Self.noon,
                    fill: { table in
                        _ = counting.counts.add()
                        entered.continuation.yield()
                        for await _ in opened.stream { break }
                        try Task.checkCancellation()
                        try await table.write { transaction in
                            for id in Self.snapshots { try UsageTable(transaction).hold(1, by: id, image: nil) }
                        }
                    },
                    isAwaited: { _ in false },
                    { _ in counting.counts.value }
                )
            }
            let first = Task { try await use(Self.snapshots[0]) }
            for await _ in entered.stream { break }
            let second = Task { try await use(Self.snapshots[1]) }
            try await until("the second waits") { await counting.shared.users == 2 }
            first.cancel()
            try await until("the first has gone") { await counting.shared.users == 1 }
            opened.continuation.yield()
            #expect(try await second.value == 1)
            _ = try? await first.value
            let third = Task { try await use(Self.snapshots[2]) }
            for await _ in entered.stream { break }
            third.cancel()
            await #expect(throws: CancellationError.self) { try await third.value }
            #expect(folders(path).isEmpty)
        }
    }
}
