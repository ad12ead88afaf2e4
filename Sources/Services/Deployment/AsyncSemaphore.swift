import Synchronization

/// Lets a number of callers through at once; the others wait for their turn, in the order in which they came.
///
/// For what takes memory: a thousand requests that each hold a mebibyte wait instead.
package final class AsyncSemaphore: Sendable {
    private struct State {
        var free: Int
        var waiting: [(ticket: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        var lastTicket: UInt64 = 0
        /// Tickets whose callers were cancelled before they came to wait.
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>

    package init(places: Int) { state = Mutex(State(free: places)) }

    /// - Throws: `CancellationError` when the caller is cancelled while it waits, and what `body` throws.
    package func pass<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let ticket = nextTicket()
        let isLetIn = await withTaskCancellationHandler {
            await withCheckedContinuation { enter(ticket, $0) }
        } onCancel: {
            giveUp(ticket)
        }
        guard isLetIn else { throw CancellationError() }
        do {
            let value = try await body()
            leave(ticket)
            return value
        } catch {
            leave(ticket)
            throw error
        }
    }

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) private func nextTicket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    @inline(never) private func enter(_ ticket: UInt64, _ continuation: CheckedContinuation<Bool, Never>) {
        let answer: Bool? = state.withLock { state in
            if state.cancelled.remove(ticket) != nil { return false }
            if state.free > 0 {
                state.free -= 1
                return true
            }
            state.waiting.append((ticket, continuation))
            return nil
        }
        if let answer { continuation.resume(returning: answer) }
    }

    @inline(never) private func giveUp(_ ticket: UInt64) {
        let waiter: CheckedContinuation<Bool, Never>? = state.withLock { state in
            if let place = state.waiting.firstIndex(where: { $0.ticket == ticket }) { return state.waiting.remove(at: place).continuation }
            // Not here yet, or let in already: then it goes when the caller leaves.
            state.cancelled.insert(ticket)
            return nil
        }
        waiter?.resume(returning: false)
    }

    @inline(never) private func leave(_ ticket: UInt64) {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            state.cancelled.remove(ticket)
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}
