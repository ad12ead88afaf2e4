import Domain
import Synchronization

/// The way from one Region into another, which copies share: it holds the limit of the pair and lets blocks pass in turn.
///
/// A link without a limit on which nobody has to be held back costs one relaxed load a block.
package final class Link: Sendable {
    private struct State {
        var schedule: LinkSchedule
        var waiters: [LinkSchedule.Ticket: CheckedContinuation<Void, any Error>] = [:]
        var lastTicket = 0
        /// What wakes the link when its limit lets the next block pass.
        var alarm: (at: Double, task: Task<Void, Never>)?
    }

    private let state: Mutex<State>
    private let clock: SteadyClock
    private let free = Atomic(true)

    /// - Parameter limit: bytes a second of all copies together; `nil` for as much as the machine moves.
    package init(limit: Throughput?, clock: SteadyClock = .system) {
        self.clock = clock
        state = Mutex(State(schedule: LinkSchedule(limit: limit, at: clock.seconds)))
        free.store(limit == nil, ordering: .relaxed)
    }

    /// Enters a copy, which must `leave` when it has ended.
    package func join(_ account: AccountID, pace: Pace? = nil) -> LinkFlow {
        let id = change { $0.schedule.join(account, pace: pace, at: clock.seconds) }
        return LinkFlow(link: self, id: id)
    }

    /// Whether a block may pass without asking.
    var isFree: Bool { free.load(ordering: .relaxed) }

    func leave(_ id: LinkSchedule.FlowID) { change { $0.schedule.leave(id) } }
    func reached(_ bytesDone: Int64, _ id: LinkSchedule.FlowID) { change { $0.schedule.reached(bytesDone, id) } }
    func ended() { change { $0.schedule.ended() } }

    /// Returns when the bytes may be moved; `ended` is to be called when they are. Throws at once when the task is cancelled.
    func admit(_ bytes: Int, for id: LinkSchedule.FlowID) async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                change { state in
                    // A task that was cancelled before finds nobody to resume, so it must not begin to wait.
                    guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                    state.waiters[ticket] = continuation
                    state.schedule.request(ticket, bytes: bytes, for: id)
                }
            }
        } onCancel: {
            let waiter = change { state in
                state.schedule.withdraw(ticket, of: id)
                return state.waiters.removeValue(forKey: ticket)
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// Changes the state, and lets pass whoever may pass then.
    @discardableResult
    private func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        let (value, granted) = state.withLock { state in
            let value = body(&state)
            free.store(state.schedule.isFree, ordering: .relaxed)
            return (value, dispatch(&state))
        }
        for waiter in granted { waiter.resume() }
        return value
    }

    private func dispatch(_ state: inout State) -> [CheckedContinuation<Void, any Error>] {
        var granted: [CheckedContinuation<Void, any Error>] = []
        while true {
            switch state.schedule.next(at: clock.seconds) {
            case .grant(let ticket):
                if let waiter = state.waiters.removeValue(forKey: ticket) { granted.append(waiter) }
            case .wait(let until):
                setAlarm(until, &state)
                return granted
            case .idle:
                state.alarm?.task.cancel()
                state.alarm = nil
                return granted
            }
        }
    }

    private func setAlarm(_ until: Double, _ state: inout State) {
        if let alarm = state.alarm {
            // Rung early, it is set again; it must not ring late.
            guard until < alarm.at else { return }
            alarm.task.cancel()
        }
        let task = Task { [clock, weak self] in
            guard (try? await clock.sleep(until: until)) != nil else { return }
            self?.change { $0.alarm = nil }
        }
        state.alarm = (until, task)
    }
}
