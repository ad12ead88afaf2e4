import Domain
import Foundation
import Logging
import Metadata
import ServiceLifecycle
import Synchronization

/// Verifies the bundles of instance-store images that were registered, and makes the images available or failed.
///
/// It takes no input: the rows say what is to be verified. One that a crash cut off is verified from its beginning.
package struct BundleReconciler: Service {
    /// Verifying keeps a processor busy, and a machine has other things to do.
    private static let runningMax = 2
    private static let interval: Duration = .seconds(2)

    let store: RegionStore
    let deployment: Deployment
    let logger: Logger
    private let running = RunningChecks()

    package init(store: RegionStore, deployment: Deployment) {
        self.store = store
        self.deployment = deployment
        logger = deployment.logger(of: store)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await step(in: &group)
                    await store.bundlesPoke.wait(atMost: Self.interval)
                }
                group.cancelAll()
            }
        }
    }

    /// Starts what is due and has a place.
    private func step(in group: inout DiscardingTaskGroup) async {
        do {
            let now = deployment.clock.now
            // Those that run are due as well.
            let due = try await store.database.read { try BundleCheckTable($0).due(at: now, limit: 2 * Self.runningMax) }
            for check in due where running.begin(check.imageID, atMost: Self.runningMax) {
                group.addTask {
                    await drive(check)
                    running.end(check.imageID)
                    store.bundlesPoke()
                }
            }
        } catch {
            if !(error is CancellationError) {
                logger.error("Looking for bundles to verify failed", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// The images whose bundles are being verified in this process.
private final class RunningChecks: Sendable {
    private let images = Mutex<Set<ImageID>>([])

    /// Whether the image took a place.
    func begin(_ image: ImageID, atMost limit: Int) -> Bool {
        images.withLock { $0.count < limit && $0.insert(image).inserted }
    }

    func end(_ image: ImageID) { images.withLock { _ = $0.remove(image) } }
}
