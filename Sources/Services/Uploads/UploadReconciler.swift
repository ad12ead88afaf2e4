import ServiceLifecycle

/// Drives the uploads into one Region to their end (UploadWork).
package struct UploadReconciler: Service, CustomStringConvertible {
    private let store: RegionStore
    private let reconciler: Reconciler<UploadWork>

    /// - Parameter interval: how often it looks without being woken.
    package init(store: RegionStore, deployment: Deployment, interval: Duration = .seconds(2)) {
        self.store = store
        reconciler = Reconciler(
            UploadWork(store: store, deployment: deployment),
            in: store.database,
            wokenBy: store.uploadsWakeup,
            clock: deployment.clock,
            interval: interval,
            logger: deployment.logger(of: store)
        )
    }

    /// As the log of services names it.
    package var description: String { "uploads into \(store.region)" }

    package func run() async throws { await cancelWhenGracefulShutdown { await reconciler.run() } }
}
