import Synchronization

/// Wakes reconcilers. Each sleeper is woken by each call, and calls that come while one works are one call when it sleeps again.
package final class Wakeup: Sendable {
    private struct State {
        var calls: UInt64 = 0
        var lastTicket: UInt64 = 0
        var sleeping: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func callAsFunction() {
        let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.calls += 1
            defer { state.sleeping = [:] }
            return Array(state.sleeping.values)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Somebody who is woken by every call from now on.
    package func sleeper() -> Sleeper { Sleeper(of: self, after: state.withLock { $0.calls }) }

    /// One of those that sleep. One task at a time uses it.
    package final class Sleeper: Sendable {
        private let wakeup: Wakeup
        /// The last call that it was woken by.
        private let seen: Atomic<UInt64>

        fileprivate init(of wakeup: Wakeup, after call: UInt64) {
            self.wakeup = wakeup
            seen = Atomic(call)
        }

        /// Returns when there was a call since it last returned, after `interval`, or when the task is cancelled.
        package func sleep(atMost interval: Duration) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await Task.sleep(for: interval) }
                group.addTask { await self.woken() }
                await group.next()
                group.cancelAll()
            }
            seen.store(wakeup.calls, ordering: .sequentiallyConsistent)
        }

        private func woken() async {
            let ticket = wakeup.nextTicket()
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isAwake = wakeup.lie(down: continuation, ticket, after: seen.load(ordering: .sequentiallyConsistent))
                    if isAwake { continuation.resume() }
                }
            } onCancel: {
                wakeup.getUp(ticket)
            }
        }
    }

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) fileprivate var calls: UInt64 { state.withLock { $0.calls } }

    @inline(never) fileprivate func nextTicket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    /// True when there is no time to sleep.
    @inline(never)
    fileprivate func lie(down continuation: CheckedContinuation<Void, Never>, _ ticket: UInt64, after call: UInt64) -> Bool {
        state.withLock { state in
            if state.calls != call || Task.isCancelled { return true }
            state.sleeping[ticket] = continuation
            return false
        }
    }

    @inline(never) fileprivate func getUp(_ ticket: UInt64) {
        state.withLock { $0.sleeping.removeValue(forKey: ticket) }?.resume()
    }
}
