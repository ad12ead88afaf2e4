/// What a writer began with. A collection waits for the sessions that began before it did, and those that begin while it runs
/// *touch*: whatever they find in the store and rely on, they mark as alive.
struct WriteSession: Hashable, Sendable {
    let epoch: UInt64
    /// What frames of this session are stored with.
    let generation: UInt64
    /// Whether a collection runs that could sweep what this session relies on.
    let touches: Bool
}

/// The sessions that are open, and the collection that runs. Pure; always behind a `Mutex`.
struct WriteSessions {
    private(set) var generation: UInt64
    private var isClaimed = false
    private var isCollecting = false
    private var open: [UInt64: Int] = [:]
    private var waiting: (generation: UInt64, continuation: CheckedContinuation<Void, Never>)?

    init(generation: UInt64) { self.generation = generation }

    mutating func begin(epoch: UInt64) -> WriteSession {
        open[generation, default: 0] += 1
        return WriteSession(epoch: epoch, generation: generation, touches: isCollecting)
    }

    /// The caller resumes what comes back.
    mutating func end(_ session: WriteSession) -> CheckedContinuation<Void, Never>? {
        open[session.generation, default: 0] -= 1
        if open[session.generation] == 0 { open[session.generation] = nil }
        guard let waiting, !isOpen(before: waiting.generation) else { return nil }
        return stopWaiting()
    }

    /// Takes the right to collect. False when a collection runs.
    mutating func claim() -> Bool {
        defer { isClaimed = true }
        return !isClaimed
    }

    mutating func enter(_ generation: UInt64) {
        self.generation = generation
        isCollecting = true
    }

    mutating func release() {
        isClaimed = false
        isCollecting = false
    }

    /// False when there is nothing to wait for.
    mutating func wait(before generation: UInt64, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard isOpen(before: generation) else { return false }
        waiting = (generation, continuation)
        return true
    }

    mutating func stopWaiting() -> CheckedContinuation<Void, Never>? {
        defer { waiting = nil }
        return waiting?.continuation
    }

    private func isOpen(before generation: UInt64) -> Bool { open.keys.contains { $0 < generation } }
}
