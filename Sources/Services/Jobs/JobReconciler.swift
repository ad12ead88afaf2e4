import Domain
import Foundation
import Logging
import Metadata
import ServiceLifecycle

/// Drives the jobs of a Region to their end.
///
/// It takes no input: the rows say what is to be done. A job that a crash cut off goes on with what it finds of its earlier work.
package struct JobReconciler: Service, CustomStringConvertible {
    /// Of each kind: most keep a processor busy, and a machine has other things to do.
    private static let runningMax = 2
    private static let interval: Duration = .seconds(2)

    let store: RegionStore
    let deployment: Deployment
    let tools: JobTools
    let logger: Logger
    private let running = RunningJobs()

    package init(store: RegionStore, deployment: Deployment, inbound: Inbound, scratch: ScratchFolder) {
        self.store = store
        self.deployment = deployment
        tools = JobTools(store: store, deployment: deployment, inbound: inbound, scratch: scratch)
        logger = deployment.logger(of: store)
    }

    /// As the log of services names it.
    package var description: String { "jobs of \(store.region)" }

    package func run() async throws {
        tools.scratch.clear()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await step(in: &group)
                    await store.jobsPoke.wait(atMost: Self.interval)
                }
                group.cancelAll()
            }
        }
    }

    /// Once an hour.
    private func forget(at now: Date) async throws {
        guard running.isTimeToForget(at: now) else { return }
        try await store.database.write { transaction in
            for kind in JobWork.Kind.allCases {
                guard let days = kind.daysListed else { continue }
                try JobTable(transaction).deleteEnded(kind, before: now.addingTimeInterval(Double(-days) * 86_400))
            }
        }
    }

    /// Forgets tasks that ended long ago, stops what is no longer wanted, and starts what is due and has a place.
    private func step(in group: inout DiscardingTaskGroup) async {
        do {
            let now = deployment.clock.now
            try await forget(at: now)
            let (due, wanted) = try await store.database.read { transaction in
                let table = JobTable(transaction)
                // Mostly there is nothing to do, and that is found out cheaply.
                guard try table.hasAny() else { return ([Job](), Set<String>()) }
                // Those that run are due as well.
                let due = try JobWork.Kind.allCases.flatMap { try table.due($0, at: now, limit: 2 * Self.runningMax) }
                return (due, try table.active())
            }
            running.stopAll(but: wanted)
            for job in due {
                guard let stop = running.begin(job, atMost: Self.runningMax) else { continue }
                group.addTask {
                    await drive(job, until: stop)
                    running.end(job.id)
                    store.jobsPoke()
                }
            }
        } catch {
            if !(error is CancellationError) {
                logger.error("Looking for jobs failed", metadata: .error(error))
            }
        }
    }
}
