import Domain
import Synchronization

/// A clock that goes forward only when it is told to, and then wakes whoever slept until there.
package final class ManualClock: Sendable {
    private struct Sleeper {
        let until: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        private var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
        var watchers: [Int: CheckedContinuation<Void, Never>] = [:]

        mutating func nextID() -> Int {
            lastID += 1
            return lastID
        }
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Duration { state.withLock { $0.now } }

    package var steadyClock: SteadyClock {
        SteadyClock(read: { self.now }, wait: { try await self.sleep(until: $0) })
    }

    package func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now += duration
            let now = state.now
            let due = state.sleepers.filter { $0.value.until <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.until < $1.until }.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Goes to the time at which the first sleeper is to be woken; waits for one when nobody sleeps.
    package func advanceToSleeper() async {
        await untilSomebodySleeps()
        if let wait = state.withLock({ state in state.sleepers.values.map { $0.until - state.now }.min() }) {
            advance(by: max(.zero, wait))
        }
    }

    /// Returns also when the task is cancelled.
    package func untilSomebodySleeps() async {
        let id = state.withLock { $0.nextID() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isOver = !state.sleepers.isEmpty || Task.isCancelled
                    if !isOver { state.watchers[id] = continuation }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.watchers.removeValue(forKey: id) }?.resume()
        }
    }

    private func sleep(until: Duration) async throws {
        let id = state.withLock { $0.nextID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (result, watchers) = state.withLock { state -> (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) in
                    if Task.isCancelled { return (.failure(CancellationError()), []) }
                    if until <= state.now { return (.success(()), []) }
                    state.sleepers[id] = Sleeper(until: until, continuation: continuation)
                    defer { state.watchers = [:] }
                    return (nil, Array(state.watchers.values))
                }
                if let result { continuation.resume(with: result) }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }
}
