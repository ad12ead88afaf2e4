import Blocks
import Domain
import Foundation
import Logging
import Metadata

/// The jobs of a Region, as a reconciler drives them. A job that a crash cut off goes on with what it finds of its earlier work.
struct JobDriver: LongWork {
    let name = "jobs"
    let rows = LeasedRows.jobs

    let tools: JobTools
    let reportInterval: Duration
    let logger: Logger
    private let forgetting = Hourly()

    init(tools: JobTools, reportInterval: Duration, logger: Logger) {
        self.tools = tools
        self.reportInterval = reportInterval
        self.logger = logger
    }

    func start() async { tools.scratch.clear() }

    /// Forgets tasks that ended long ago, once an hour.
    func prepare(for running: [Job], at now: Date) async throws {
        guard forgetting.isDue(at: now) else { return }
        try await tools.store.database.write { transaction in
            for kind in JobWork.Kind.allCases {
                guard let days = kind.daysListed else { continue }
                try JobTable(transaction).deleteEnded(kind, before: now.addingTimeInterval(Double(-days) * 86_400))
            }
        }
    }

    func hasAny(in transaction: Transaction) throws -> Bool { try JobTable(transaction).hasAny() }

    func waiting(beside running: [Job], at now: Date, in transaction: Transaction) throws -> [Job] {
        try JobWork.Kind.allCases.flatMap { kind in
            let busy = running.count { $0.work.kind == kind }
            return try JobTable(transaction).waiting(JobReconciler.runningMax - busy, of: kind, at: now)
        }
    }

    func wanted(of owner: String, in transaction: Transaction) throws -> Set<String> { try JobTable(transaction).active(leasedBy: owner) }

    func drive(_ job: Job, under lease: HeldLease, until stop: AsyncStream<Never>) async throws {
        var logger = logger
        logger[metadataKey: "job"] = "\(job.id)"
        logger[metadataKey: "kind"] = "\(job.work.kind.rawValue)"
        do {
            switch job.step {
            case .run: try await run(job, lease, until: stop, logger)
            case .undo: try await undo(job, lease, logger)
            case nil: break
            }
        } catch let error as NoLongerWanted {
            logger.info("Stopped a job")
            throw error
        }
    }

    private func run(_ job: Job, _ lease: HeldLease, until stop: AsyncStream<Never>, _ logger: Logger) async throws {
        let runner = tools.runner(of: job)
        do {
            let progress = JobProgress(job, under: lease, interval: reportInterval)
            let ending = try await unlessStopped(by: stop, throwing: NoLongerWanted()) { try await runner.run(progress) }
            // A session that ended before would leave the bytes to a collection.
            defer { for session in ending.sessions { session.end() } }
            let now = tools.deployment.clock.now
            _ = try await lease.finish { try job.handle(.finished(at: now), result: ending.write, in: $0) }
            await ending.volume?.end()
            logger.info("Finished a job")
        } catch let error as NoLongerWanted {
            throw error
        } catch let absence as RegionNotServed {
            if job.message != absence.description {
                logger.warning(
                    "A job waits for a Region that is not served: name it in --regions again",
                    metadata: ["source": "\(absence.region)"]
                )
            }
            let now = tools.deployment.clock.now
            _ = try await lease.finish { try job.handle(.lacked(message: absence.description, at: now), in: $0) }
        } catch let error where !Task.isCancelled {
            try await fail(job, error, lease, logger)
        }
    }

    /// Takes away what a job has made, because it has failed for good or is no longer wanted. Nobody stops that.
    private func undo(_ job: Job, _ lease: HeldLease, _ logger: Logger) async throws {
        do {
            try await tools.runner(of: job).undo()
        } catch let error where !(error is NoLongerWanted || Task.isCancelled) {
            return try await fail(job, error, lease, logger)
        }
        let now = tools.deployment.clock.now
        _ = try await lease.finish { try job.handle(.undone(at: now), in: $0) }
        logger.info(job.state == .failing ? "Undid a job that had failed" : "Undid a job that was cancelled")
    }

    private func fail(_ job: Job, _ error: any Error, _ lease: HeldLease, _ logger: Logger) async throws {
        let failure = JobFailure(error, in: tools.store.region)
        let now = tools.deployment.clock.now
        let after = try await lease.finish { transaction in
            try job.handle(.failed(failure.reason, isTemporary: failure.isTemporary, at: now), in: transaction)
        }
        logger.log(
            level: (error as? StoreError)?.isLostContent == true ? .error : failure.isTemporary ? .warning : .info,
            job.step == .run ? "A job failed" : "Undoing a job failed",
            metadata: .error(error, ["attempts": "\(after.retries.attempts)", "again": "\(after.step == job.step)"])
        )
    }
}

extension Job {
    /// Takes an event and carries out its effects. Returns the job as it is then.
    ///
    /// - Parameter result: what the work has made.
    /// - Throws: `NoLongerWanted` when the row is gone, or at another step than this.
    @discardableResult
    func handle(_ event: Event, result: @escaping (Transaction) throws -> Void = { _ in }, in transaction: Transaction) throws -> Job {
        guard var job = try JobTable(transaction).job(id), job.step == step else { throw NoLongerWanted() }
        let effects = job.handle(event)
        try JobEffects(transaction: transaction, result: result).apply(effects, of: job)
        return job
    }
}
