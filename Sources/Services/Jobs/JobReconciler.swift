import Domain
import Foundation
import ServiceLifecycle

/// Drives the jobs of a Region to their end (JobDriver).
package struct JobReconciler: Service, CustomStringConvertible {
    /// Of each kind: most keep a processor busy, and a machine has other things to do.
    static let runningMax = 2

    private let store: RegionStore
    private let reconciler: Reconciler<JobDriver>

    /// - Parameters:
    ///   - reportInterval: how often a job saves how far it is, at most.
    ///   - interval: how often the reconciler looks without being woken.
    package init(
        store: RegionStore,
        deployment: Deployment,
        inbound: Inbound,
        scratch: ScratchFolder,
        reportInterval: Duration = .milliseconds(250),
        interval: Duration = .seconds(2)
    ) {
        self.store = store
        let logger = deployment.logger(of: store)
        let tools = JobTools(
            store: store,
            deployment: deployment,
            inbound: inbound,
            scratch: scratch,
            counts: SharedCount(in: scratch)
        )
        reconciler = Reconciler(
            JobDriver(tools: tools, reportInterval: reportInterval, logger: logger),
            in: store.database,
            wokenBy: store.jobsWakeup,
            clock: deployment.clock,
            interval: interval,
            logger: logger
        )
    }

    /// As the log of services names it.
    package var description: String { "jobs of \(store.region)" }

    package func run() async throws { await cancelWhenGracefulShutdown { await reconciler.run() } }
}
