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
    package func writer(in domain: SealDomain = .open) -> StoreWriter {
        let epoch = state.withLock { $0.epoch }
        return StoreWriter(store: self, domain: domain, session: sessions.withLock { $0.begin(epoch: epoch) })
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
