import Synchronization

/// Lets many in at once, or one alone, in the order in which they came. Waiting takes no thread.
final class VolumeGate: Sendable {
    private struct State {
        var shared = 0
        var isExclusive = false
        var waiting: [(isExclusive: Bool, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func admit(exclusive: Bool) -> Bool {
            guard !isExclusive, !exclusive || shared == 0 else { return false }
            if exclusive { isExclusive = true } else { shared += 1 }
            return true
        }

        /// Those whose turn it is now; the caller resumes them.
        mutating func next() -> [CheckedContinuation<Void, Never>] {
            var admitted = 0
            while admitted < waiting.count, admit(exclusive: waiting[admitted].isExclusive) { admitted += 1 }
            defer { waiting.removeFirst(admitted) }
            return waiting.prefix(admitted).map(\.continuation)
        }
    }

    private let state = Mutex(State())

    /// With others that share.
    func shared<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> Value {
        await enter(exclusive: false)
        defer { leave() }
        return try await body()
    }

    /// Alone.
    func exclusive<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> Value {
        await enter(exclusive: true)
        defer { leave() }
        return try await body()
    }

    /// The caller leaves.
    func enter(exclusive: Bool) async {
        if tryEnter(exclusive: exclusive) { return }
        await withCheckedContinuation { continuation in
            if enqueue(exclusive: exclusive, continuation) { continuation.resume() }
        }
    }

    // As in `StoreWriter`, locks are taken in functions that are not inlined into those that suspend.
    @inline(never) private func tryEnter(exclusive: Bool) -> Bool {
        state.withLock { $0.waiting.isEmpty && $0.admit(exclusive: exclusive) }
    }

    /// True when the turn has come already.
    @inline(never) private func enqueue(exclusive: Bool, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        state.withLock { state in
            if state.waiting.isEmpty, state.admit(exclusive: exclusive) { return true }
            state.waiting.append((exclusive, continuation))
            return false
        }
    }

    @inline(never) func leave() {
        let next = state.withLock { state in
            if state.isExclusive { state.isExclusive = false } else { state.shared -= 1 }
            return state.next()
        }
        for continuation in next { continuation.resume() }
    }
}
