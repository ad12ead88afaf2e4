import Synchronization

/// The end of a write that is under way, for those who wait for it instead of storing the same content again.
final class WriteTicket: Sendable {
    enum Outcome: Sendable {
        /// The content is in the store, and durable when all writes below `target` are.
        case stored(target: UInt64)
        /// Nothing was written and nothing failed: begin again.
        case retry
        case failed(any Error)
    }

    private enum State {
        case pending([CheckedContinuation<Outcome, Never>])
        case settled(Outcome)
    }

    private let state = Mutex(State.pending([]))

    /// Waits for the outcome. Not cancellable, because the write ends in the time of one write.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let settled: Outcome? = state.withLock { state in
                switch state {
                case .settled(let outcome):
                    return outcome
                case .pending(let waiters):
                    state = .pending(waiters + [continuation])
                    return nil
                }
            }
            if let settled { continuation.resume(returning: settled) }
        }
    }

    /// Tells everyone. Called exactly once, by the owner of the write.
    func settle(_ outcome: Outcome) {
        let waiters = state.withLock { state in
            guard case .pending(let waiters) = state else { return [CheckedContinuation<Outcome, Never>]() }
            state = .settled(outcome)
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }
}
