import Concurrency
import TestSupport
import Testing

@Suite(.againstHangs) struct ForEachTests {
    private struct Failure: Error, Equatable {
        let element: Int
    }

    @Test(arguments: [1, 2, 7], [0, 1, 6, 7, 8, 50])
    func eachElementIsVisitedOnce(limit: Int, count: Int) async throws {
        let seen = Locked<[Int]>([])
        try await forEach(0..<count, limit: limit) { element in seen.change { $0.append(element) } }
        #expect(seen.value.sorted() == Array(0..<count))
        if limit == 1 { #expect(seen.value == Array(0..<count)) }
    }

    /// The first `limit` bodies wait for each other, so they must run together; no more ever do.
    @Test(arguments: [1, 3, 8])
    func asManyRunAtOnceAsAreAllowed(limit: Int) async throws {
        let (together, running, peak) = (Gate(), Locked(0), Locked(0))
        try await forEach(0..<limit * 5, limit: limit) { _ in
            let now = running.change { count in
                count += 1
                return count
            }
            peak.change { $0 = max($0, now) }
            if now == limit { together.open() }
            await together.pass()
            running.change { $0 -= 1 }
        }
        #expect(peak.value == limit)
    }

    @Test func theFirstErrorCancelsTheRestAndIsThrown() async {
        let (started, cancelled) = (Locked(0), Locked(0))
        let all = Gate()
        await #expect(throws: Failure(element: 2)) {
            try await forEach(0..<100, limit: 4) { element in
                let now = started.change { count in
                    count += 1
                    return count
                }
                if now == 4 { all.open() }
                await all.pass()
                if element == 2 { throw Failure(element: element) }
                do {
                    try await waitForCancellation()
                } catch {
                    cancelled.change { $0 += 1 }
                    throw error
                }
            }
        }
        #expect(started.value == 4)
        #expect(cancelled.value == 3)
    }

    /// Even when its bodies take no notice, and when there is nothing to do: it must not look as if it had finished.
    @Test(arguments: [0, 1, 3, 10])
    func aCancelledCallThrows(count: Int) async {
        let started = Locked(0)
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { try await forEach(0..<count, limit: 3) { _ in started.change { $0 += 1 } } }
                try await group.waitForAll()
            }
        }
        #expect(started.value == 0)
    }

    @Test func cancelledAtItsLastElementItThrows() async {
        await #expect(throws: CancellationError.self) {
            try await cancelling { cancel in
                try await forEach(0..<3, limit: 3) { element in
                    guard element == 2 else { return }
                    cancel()
                    // Waits for the cancellation and swallows it.
                    try? await waitForCancellation()
                }
            }
        }
    }
}
