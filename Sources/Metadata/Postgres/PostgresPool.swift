import Dispatch
import Synchronization

/// Sessions with one schema, each with a thread of its own, because the calls of libpq block. Whoever finds none free waits, in the order of
/// coming.
final class PostgresPool: Sendable {
    private struct State {
        var idle: [PostgresSession]
        var waiting: [@Sendable (PostgresSession) -> Void] = []
    }

    private let state: Mutex<State>
    private let sessions: [PostgresSession]

    init(_ server: PostgresServer, schema: String, sessions count: Int) {
        let sessions = (0..<count).map { _ in PostgresSession(server, schema: schema) }
        self.sessions = sessions
        state = Mutex(State(idle: sessions))
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable (PostgresSession) throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            take { session in
                session.queue.async {
                    let result = Result { try body(session) }
                    self.giveBack(session)
                    continuation.resume(with: result)
                }
            }
        }
    }

    /// For callers that already stand on a thread that may block.
    func runBlocking<Value>(_ body: (PostgresSession) throws -> Value) throws -> Value {
        let session = taken()
        defer { giveBack(session) }
        return try body(session)
    }

    /// Ends the connections. Those that are under way are waited for.
    func close() {
        for session in sessions.map({ _ in taken() }) {
            session.disconnect()
            giveBack(session)
        }
    }

    private func taken() -> PostgresSession {
        let handover = Handover()
        take { handover.give($0) }
        return handover.wait()
    }

    /// Lends a session, at once or when one is free. The last that was used comes first, so that few connections are opened.
    @inline(never) private func take(_ use: @escaping @Sendable (PostgresSession) -> Void) {
        let free = state.withLock { state -> PostgresSession? in
            if let session = state.idle.popLast() { return session }
            state.waiting.append(use)
            return nil
        }
        if let free { use(free) }
    }

    @inline(never) private func giveBack(_ session: PostgresSession) {
        let next = state.withLock { state -> (@Sendable (PostgresSession) -> Void)? in
            if state.waiting.isEmpty {
                state.idle.append(session)
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?(session)
    }
}

/// Where a thread waits for a session.
private final class Handover: Sendable {
    private let place = DispatchSemaphore(value: 0)
    private let session = Mutex<PostgresSession?>(nil)

    func give(_ given: PostgresSession) {
        session.withLock { $0 = given }
        place.signal()
    }

    func wait() -> PostgresSession {
        place.wait()
        guard let given = session.withLock({ $0 }) else { preconditionFailure("a session is given before it is waited for no more") }
        return given
    }
}

/// A connection that is made when it is first needed, and anew when it was lost.
final class PostgresSession: Sendable {
    let queue = DispatchQueue(label: "ferry.postgres")
    private let server: PostgresServer
    private let schema: String
    // Touched by whom the pool has lent the session to, and by nobody else.
    nonisolated(unsafe) private var current: PostgresConnection?

    init(_ server: PostgresServer, schema: String) {
        self.server = server
        self.schema = schema
    }

    func connection() throws -> PostgresConnection {
        if let current { return current }
        let made = try server.connect(to: schema)
        current = made
        return made
    }

    func disconnect() { current = nil }
}
