import Synchronization

extension BlockStore {
    /// A session of appends around `body`, bound to the current epoch: one that fails with `lostWrites` is of no more use.
    ///
    /// Whatever the body stores, or finds stored, is safe from collections until it returns. The row that makes it reachable is to be
    /// committed before that.
    package func withWriter<Value>(
        in domain: SealDomain = .open,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (StoreWriter) async throws -> Value
    ) async throws -> Value {
        let writer = writer(in: domain)
        defer { writer.end() }
        return try await body(writer)
    }

    /// A session that lasts until it is ended or released, for those that have no scope for it.
    ///
    /// - Parameter isHandedOver: whether collections do not wait for it, as the bytes may come slowly. What the writer stores or finds is as safe:
    ///   a collection that begins has it marked. That takes 32 bytes of memory for each piece that no page or root of the writer lists yet.
    package func writer(in domain: SealDomain = .open, isHandedOver: Bool = false) -> StoreWriter {
        guard isHandedOver else { return StoreWriter(store: self, domain: domain, session: beginSession(), isHandedOver: false) }
        // Begun and noted in one, so that a collection that does not find the writer is not older than its session.
        return openWriters.withLock { open in
            let writer = StoreWriter(store: self, domain: domain, session: beginSession(), isHandedOver: true)
            open.add(writer)
            return writer
        }
    }

    func beginSession() -> WriteSession {
        let epoch = state.withLock { $0.epoch }
        return sessions.withLock { $0.begin(epoch: epoch) }
    }

    func forget(_ writer: StoreWriter) { openWriters.withLock { $0.remove(ObjectIdentifier(writer)) } }

    /// Has the sessions that began before a generation handed over where they can be.
    func handOverSessions(before generation: UInt64) async {
        for writer in openWriters.withLock({ $0.all }) { await writer.handOver(before: generation) }
    }

    func end(_ session: WriteSession) { sessions.withLock { $0.end(session) }?.resume() }

    /// Returns when all sessions have ended that began before a generation.
    func waitForSessions(before generation: UInt64) async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = !Task.isCancelled && sessions.withLock { $0.wait(before: generation, continuation) }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            sessions.withLock { $0.stopWaiting() }?.resume()
        }
        try Task.checkCancellation()
    }
}
