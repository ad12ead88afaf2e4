import Blocks
import Domain
import Foundation
import Logging
import Metadata

extension JobReconciler {
    /// How long after it was found absent a Region is looked for again.
    private static let absenceSeconds: TimeInterval = 10

    /// Does a job and saves how it ended.
    func drive(_ job: Job, until stop: AsyncStream<Never>) async {
        var logger = logger
        logger[metadataKey: "job"] = "\(job.id)"
        logger[metadataKey: "kind"] = "\(job.work.kind.rawValue)"
        let runner = tools.runner(of: job)
        do {
            guard job.state == .active else {
                try await runner.undo()
                try await end(job, .cancelled)
                return logger.info("Undid a job that was cancelled")
            }
            do {
                let progress = JobProgress(job, database: store.database)
                let ending = try await unlessStopped(by: stop, throwing: JobNoLongerWanted()) { try await runner.run(progress) }
                // A session that ended before would leave the bytes to a collection.
                defer { for session in ending.sessions { session.end() } }
                try await end(job, .completed, ending: ending.write)
                logger.info("Did a job")
            } catch let error where !(error is JobNoLongerWanted || Task.isCancelled) {
                try await fail(job, error, runner, logger)
            }
        } catch {
            if error is JobNoLongerWanted { return logger.info("Stopped a job") }
            // Nothing is lost, when the server stops as when it fails: the row says that it is still to be done.
            if Task.isCancelled { return }
            logger.error("Saving how a job ended failed", metadata: .error(error))
        }
    }

    private func fail(_ job: Job, _ error: any Error, _ runner: any JobRunner, _ logger: Logger) async throws {
        if let absence = error as? RegionNotServed { return try await wait(job, absence, logger) }
        let failure = JobFailure(error, in: store.region)
        let attempts = try await store.database.read { (try JobTable($0).job(job.id)?.attempts ?? job.attempts) + 1 }
        let isOver = !failure.isTemporary || attempts >= Job.attemptsMax
        logger.log(
            level: (error as? StoreError)?.isLostContent == true ? .error : failure.isTemporary ? .warning : .info,
            "A job failed",
            metadata: .error(error, ["attempts": "\(attempts)", "again": "\(!isOver)"])
        )
        guard isOver else {
            let due = deployment.clock.now.addingTimeInterval(Double(1 << attempts))
            return try await store.database.write { transaction in
                let table = JobTable(transaction)
                guard var job = try table.job(job.id), job.state == .active else { throw JobNoLongerWanted() }
                (job.attempts, job.dueAt) = (attempts, due)
                try table.update(job)
            }
        }
        try await runner.undo()
        try await end(job, .failed, failure.reason, ending: { try runner.fail(failure.reason, in: $0) })
    }

    /// Looks again later, and counts no attempt.
    private func wait(_ job: Job, _ absence: RegionNotServed, _ logger: Logger) async throws {
        if job.message != absence.description {
            logger.warning(
                "A job waits for a Region that is not served: name it in --regions again",
                metadata: ["source": "\(absence.region)"]
            )
        }
        let due = deployment.clock.now.addingTimeInterval(Self.absenceSeconds)
        try await store.database.write { transaction in
            let table = JobTable(transaction)
            guard var row = try table.job(job.id), row.state == .active else { throw JobNoLongerWanted() }
            (row.message, row.dueAt) = (absence.description, due)
            try table.update(row)
        }
    }

    /// Ends a job, unless it was cancelled meanwhile.
    private func end(
        _ job: Job,
        _ state: Job.State,
        _ reason: StateReason? = nil,
        ending: @escaping @Sendable (Transaction) throws -> Void = { _ in }
    ) async throws {
        let now = deployment.clock.now
        try await store.database.write { transaction in
            let table = JobTable(transaction)
            guard var row = try table.job(job.id), row.state == job.state else { throw JobNoLongerWanted() }
            try ending(transaction)
            guard !row.work.kind.fillsImage else {
                if let image = ImageID(rawValue: row.id), state != .cancelled {
                    try ImageTable(transaction).setState(state == .completed ? .available : .failed, reason: reason, of: image)
                }
                return try table.delete(row.id)
            }
            (row.state, row.endedAt, row.message) = (state, now, reason?.message ?? "")
            if state == .completed { row.progress.bytesDone = row.progress.bytesTotal }
            try table.update(row)
        }
    }
}
