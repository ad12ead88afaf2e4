import Domain
import ServiceLifecycle
import Transfer

/// Drives the copies into one Region to their end (CopyWork).
package struct CopyReconciler: Service, CustomStringConvertible {
    /// Standard copies that move bytes from one Region at the same time, and as many time-based ones, so they never wait for them. In
    /// the queue behind, accounts take turns.
    package static let runningPerSourceMax = 32

    package let inbound: Inbound
    private let store: RegionStore
    private let reconciler: Reconciler<CopyWork>

    /// - Parameter interval: how often it looks without being woken.
    package init(
        store: RegionStore,
        deployment: Deployment,
        engine: CopyEngine = CopyEngine(),
        clock: SteadyClock = .system,
        interval: Duration = .seconds(2)
    ) {
        self.store = store
        inbound = Inbound(into: store.region, of: deployment, clock: clock)
        let logger = deployment.logger(of: store)
        reconciler = Reconciler(
            CopyWork(store: store, deployment: deployment, engine: engine, inbound: inbound, logger: logger),
            in: store.database,
            wokenBy: store.copiesWakeup,
            clock: deployment.clock,
            interval: interval,
            logger: logger
        )
    }

    /// As the log of services names it.
    package var description: String { "copies into \(store.region)" }

    package func run() async throws { await cancelWhenGracefulShutdown { await reconciler.run() } }
}
