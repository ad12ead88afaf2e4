/// The session that a writer is in, and the calls that are under way in it. Pure; always behind a `Mutex`.
struct WriterSessions {
    private var current: WriteSession
    /// Calls under way, by the generation of their session.
    private var calls: [UInt64: Int] = [:]
    private var waiting: (generation: UInt64, continuation: CheckedContinuation<Void, Never>)?
    /// Sessions that were left and could not be given up.
    private var kept: [WriteSession] = []
    private var hasEnded = false
    /// What the writer has stored or found, without what a page or root of its own keeps.
    private var loose: Set<Digest> = []

    init(_ session: WriteSession) { current = session }

    /// Keeps all that the writer has stored or found.
    var held: [Digest] { Array(loose) }

    mutating func enter() -> WriteSession {
        calls[current.generation, default: 0] += 1
        return current
    }

    /// The caller resumes what comes back.
    mutating func leave(_ session: WriteSession) -> CheckedContinuation<Void, Never>? {
        calls[session.generation, default: 0] -= 1
        guard calls[session.generation] == 0 else { return nil }
        calls[session.generation] = nil
        guard let waiting, waiting.generation == session.generation else { return nil }
        self.waiting = nil
        return waiting.continuation
    }

    /// - Parameter children: what the one address keeps from now on; empty for blocks.
    mutating func hold(_ addresses: some Collection<Digest>, over children: [Digest]) {
        loose.formUnion(addresses)
        loose.subtract(children)
    }

    /// Nil where there is nothing to leave: then `next` was not taken. A writer whose epoch has ended stays in it, so that it is told.
    mutating func turn(to next: WriteSession, before generation: UInt64) -> WriteSession? {
        guard !hasEnded, current.generation < generation, current.epoch == next.epoch else { return nil }
        defer { current = next }
        return current
    }

    /// False when there is nothing to wait for.
    mutating func wait(for session: WriteSession, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard calls[session.generation] != nil else { return false }
        waiting = (session.generation, continuation)
        return true
    }

    /// Keeps a session to the writer's end. False when that has come.
    mutating func keep(_ session: WriteSession) -> Bool {
        guard !hasEnded else { return false }
        kept.append(session)
        return true
    }

    /// The sessions that are over with the writer; none the second time.
    mutating func finish() -> [WriteSession] {
        guard !hasEnded else { return [] }
        hasEnded = true
        return kept + [current]
    }
}

/// The writers of a store whose sessions can be handed over.
struct OpenWriters {
    private struct Reference {
        weak var writer: StoreWriter?
    }

    private var references: [ObjectIdentifier: Reference] = [:]

    var all: [StoreWriter] { references.values.compactMap(\.writer) }

    mutating func add(_ writer: StoreWriter) { references[ObjectIdentifier(writer)] = Reference(writer: writer) }

    mutating func remove(_ id: ObjectIdentifier) { references[id] = nil }
}
