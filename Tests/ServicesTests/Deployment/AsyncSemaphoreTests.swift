import Services
import Synchronization
import TestSupport
import Testing

/// Turns of those that share a number of places.
@Suite struct AsyncSemaphoreTests {
    /// How many are inside, and the most that ever were. Its functions are not inlined: `AsyncSemaphore` says why.
    private final class Tally: Sendable {
        private let counts = Mutex((inside: 0, most: 0))

        @inline(never) func enter() {
            counts.withLock {
                $0.inside += 1
                $0.most = max($0.most, $0.inside)
            }
        }

        @inline(never) func leave() { counts.withLock { $0.inside -= 1 } }

        @inline(never) func found() -> (inside: Int, most: Int) { counts.withLock { $0 } }
    }

    @Test func noMoreThanItsPlacesAreInside() async throws {
        let semaphore = AsyncSemaphore(places: 3)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await semaphore.pass {
                        tally.enter()
                        await Task.yield()
                        tally.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        let found = tally.found()
        #expect(found.inside == 0)
        #expect((1...3).contains(found.most))
    }

    @Test func whoFailsLeavesItsPlace() async throws {
        let semaphore = AsyncSemaphore(places: 1)
        for _ in 0..<3 {
            await #expect(throws: NotReached.self) { try await semaphore.pass { throw NotReached(description: "on purpose") } }
        }
        #expect(try await semaphore.pass { 7 } == 7)
    }

    @Test func whoIsCancelledWhileItWaitsLetsOthersPass() async throws {
        let semaphore = AsyncSemaphore(places: 1)
        let (opened, open) = AsyncStream<Void>.makeStream()
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let first = Task {
            try await semaphore.pass {
                enter.yield()
                for await _ in opened { break }
            }
        }
        for await _ in entered { break }
        let waiting = (0..<8).map { number in Task { try await semaphore.pass { number } } }
        for (number, task) in waiting.enumerated() where number.isMultiple(of: 2) {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        open.finish()
        try await first.value
        for (number, task) in waiting.enumerated() where !number.isMultiple(of: 2) { #expect(try await task.value == number) }
        #expect(try await semaphore.pass { true })
    }
}
