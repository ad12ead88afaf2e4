import Domain
import Foundation
import Metadata
import Synchronization

/// Saves how far a job is, a few times a second, and learns on that way that it is no longer wanted.
final class JobProgress: Sendable {
    private static let interval: Duration = .milliseconds(250)

    private let job: Job
    private let database: Database
    private let saved = Mutex<ContinuousClock.Instant?>(nil)

    init(_ job: Job, database: Database) {
        self.job = job
        self.database = database
    }

    // Not inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.
    @inline(never) private func isDue() -> Bool {
        let now = ContinuousClock.now
        return saved.withLock { saved in
            if let last = saved, last + Self.interval > now { return false }
            saved = now
            return true
        }
    }

    /// - Parameter message: what is being done; shown with the next report that is saved.
    /// - Throws: `JobNoLongerWanted`.
    func report(_ done: Int64, of total: Int64, _ message: String = "") async throws {
        try Task.checkCancellation()
        guard isDue() else { return }
        let id = job.id
        try await database.write { transaction in
            let table = JobTable(transaction)
            guard var job = try table.job(id), job.state == .active else { throw JobNoLongerWanted() }
            // Five failures in a row end a job, not five in its whole life.
            if done > job.progress.bytesDone { job.attempts = 0 }
            job.progress = Job.Progress(bytesDone: max(done, job.progress.bytesDone), bytesTotal: total)
            job.message = message
            try table.update(job)
            guard job.work.kind.fillsImage, let image = ImageID(rawValue: id), job.work.kind != .bundleCheck else { return }
            // An image without snapshots has nowhere else to show it, and the snapshots of one that is restored come one by one.
            let verb = job.work.kind == .imageRestore ? "Restored" : "Copied"
            let reason = StateReason(code: "pending", message: "\(verb) \(job.progress.bytesDone) of \(total) bytes")
            try ImageTable(transaction).setState(.pending, reason: reason, of: image)
        }
    }
}
