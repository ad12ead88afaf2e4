import Synchronization

/// Lets a number of callers through at once; the others wait for their turn. Whose holders are the fewest inside is next, and of theirs who came
/// first: one that asks a thousand times keeps nobody else waiting behind them.
///
/// For what takes memory: a thousand requests that each hold a mebibyte wait instead.
package final class AsyncSemaphore<Holder: Hashable & Sendable>: Sendable {
    private struct State {
        var free: Int
        var inside: [Holder: Int] = [:]
        var waiting: [(ticket: UInt64, holder: Holder, continuation: CheckedContinuation<Bool, Never>)] = []
        var lastTicket: UInt64 = 0
        /// Tickets whose callers were cancelled before they came to wait.
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>

    package init(places: Int) { state = Mutex(State(free: places)) }

    /// - Parameter holder: for whom: an account, say.
    /// - Throws: `CancellationError` when the caller is cancelled while it waits, and what `body` throws.
    package func pass<Value: Sendable>(for holder: Holder, _ body: () async throws -> Value) async throws -> Value {
        let ticket = nextTicket()
        let isLetIn = await withTaskCancellationHandler {
            await withCheckedContinuation { enter(ticket, holder, $0) }
        } onCancel: {
            giveUp(ticket)
        }
        guard isLetIn else { throw CancellationError() }
        do {
            let value = try await body()
            leave(ticket, holder)
            return value
        } catch {
            leave(ticket, holder)
            throw error
        }
    }

    /// How many wait for their turn.
    @inline(never) package var waitingCount: Int { state.withLock { $0.waiting.count } }

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) private func nextTicket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    @inline(never) private func enter(_ ticket: UInt64, _ holder: Holder, _ continuation: CheckedContinuation<Bool, Never>) {
        let answer: Bool? = state.withLock { state in
            if state.cancelled.remove(ticket) != nil { return false }
            if state.free > 0 {
                state.free -= 1
                state.inside[holder, default: 0] += 1
                return true
            }
            state.waiting.append((ticket, holder, continuation))
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

    @inline(never) private func leave(_ ticket: UInt64, _ holder: Holder) {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            state.cancelled.remove(ticket)
            let count = (state.inside[holder] ?? 1) - 1
            state.inside[holder] = count > 0 ? count : nil
            func turn(_ place: Int) -> Int { state.inside[state.waiting[place].holder] ?? 0 }
            guard let place = state.waiting.indices.min(by: { (turn($0), $0) < (turn($1), $1) }) else {
                state.free += 1
                return nil
            }
            let next = state.waiting.remove(at: place)
            state.inside[next.holder, default: 0] += 1
            return next.continuation
        }
        next?.resume(returning: true)
    }
}
