import Domain
import Metadata
import Synchronization

/// Saves how far a job is, a few times a second, and learns on that way that it is no longer wanted.
final class JobProgress: Sendable {
    private let job: Job
    private let lease: HeldLease
    private let interval: Duration
    private let saved = Mutex<ContinuousClock.Instant?>(nil)

    init(_ job: Job, under lease: HeldLease, interval: Duration) {
        self.job = job
        self.lease = lease
        self.interval = interval
    }

    // Not inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.
    @inline(never) private func isDue() -> Bool {
        let now = ContinuousClock.now
        return saved.withLock { saved in
            if let last = saved, last + interval > now { return false }
            saved = now
            return true
        }
    }

    /// - Parameter message: what is being done; shown with the next report that is saved.
    /// - Throws: `NoLongerWanted`.
    func report(_ done: Int64, of total: Int64, _ message: String = "") async throws {
        try Task.checkCancellation()
        guard isDue() else { return }
        let progress = Job.Progress(bytesDone: done, bytesTotal: total)
        _ = try await lease.save { [job] in try job.handle(.progressed(progress, message: message), in: $0) }
    }

    /// Changes rows on the way, if the job is still wanted and its lease is held.
    ///
    /// - Throws: `NoLongerWanted`.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try await lease.save { [job] transaction in
            guard try JobTable(transaction).job(job.id)?.step == .run else { throw NoLongerWanted() }
            return try body(transaction)
        }
    }
}
