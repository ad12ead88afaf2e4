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
        let semaphore = AsyncSemaphore<Int>(places: 3)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await semaphore.pass(for: 1) {
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

    /// However many one holder has waiting, another's is next.
    @Test func aFloodKeepsNobodyElseWaiting() async throws {
        let semaphore = AsyncSemaphore<Int>(places: 2)
        let (opened, open) = AsyncStream<Void>.makeStream()
        let (entered, enter) = AsyncStream<Int>.makeStream()
        let inside = [0, 1].map { _ in
            Task {
                try await semaphore.pass(for: 1) {
                    enter.yield(1)
                    for await _ in opened { break }
                }
            }
        }
        var entries = entered.makeAsyncIterator()
        for _ in inside { #expect(await entries.next() == 1) }
        func wait(as holder: Int) async throws -> Task<Void, any Error> {
            let count = semaphore.waitingCount
            let task = Task { try await semaphore.pass(for: holder) { _ = enter.yield(holder) } }
            try await until("it waits") { semaphore.waitingCount == count + 1 }
            return task
        }
        var waiting: [Task<Void, any Error>] = []
        for holder in [1, 1, 1, 2] { waiting.append(try await wait(as: holder)) }
        open.yield()
        #expect(await entries.next() == 2)
        open.yield()
        for task in inside + waiting { try await task.value }
    }

    @Test func whoFailsLeavesItsPlace() async throws {
        let semaphore = AsyncSemaphore<Int>(places: 1)
        for _ in 0..<3 {
            await #expect(throws: NotReached.self) { try await semaphore.pass(for: 1) { throw NotReached(description: "on purpose") } }
        }
        #expect(try await semaphore.pass(for: 1) { 7 } == 7)
    }

    @Test func whoIsCancelledWhileItWaitsLetsOthersPass() async throws {
        let semaphore = AsyncSemaphore<Int>(places: 1)
        let (opened, open) = AsyncStream<Void>.makeStream()
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let first = Task {
            try await semaphore.pass(for: 1) {
                enter.yield()
                for await _ in opened { break }
            }
        }
        for await _ in entered { break }
        let waiting = (0..<8).map { number in Task { try await semaphore.pass(for: 1) { number } } }
        for (number, task) in waiting.enumerated() where number.isMultiple(of: 2) {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        open.finish()
        try await first.value
        for (number, task) in waiting.enumerated() where !number.isMultiple(of: 2) { #expect(try await task.value == number) }
        #expect(try await semaphore.pass(for: 1) { true })
    }
}
