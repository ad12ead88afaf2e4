import Domain
import Foundation
import Logging
import Metadata
import ServiceLifecycle

/// Does what only the clock asks for in the life of images and snapshots: lets go of what has been in the Recycle Bin for its time, and of
/// reports that have expired; takes snapshots back into the archive that were restored for a time, and modifications of volumes to their end;
/// removes what was written to volumes that are gone, and forgets instances that were terminated. It takes no input: the times stand in the
/// rows.
///
/// What is merely so from a time on (deprecation, a cooldown, the end of a lock) needs nobody: it is looked at with the clock in hand.
package struct LifecycleReconciler: Service, CustomStringConvertible {
    private static let interval: Duration = .seconds(5)
    private static let batch = 100

    private let store: RegionStore
    private let clock: WallClock
    private let logger: Logger
    private let sweeping = Hourly()

    package init(store: RegionStore, deployment: Deployment) {
        self.store = store
        clock = deployment.clock
        logger = deployment.logger(of: store)
    }

    /// As the log of services names it.
    package var description: String { "lives of images and snapshots of \(store.region)" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await step()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Does what is due.
    package func step() async {
        do {
            try await emptyBin()
            try await dropReports()
            try await endRestores()
            try await advanceModifications()
            try await forgetInstances()
            if sweeping.isDue(at: clock.now) { await store.disks.sweep() }
        } catch {
            if !(error is CancellationError) {
                logger.error("Lifecycle maintenance failed", metadata: .error(error))
            }
        }
    }

    private func emptyBin() async throws {
        let now = clock.now
        // A look costs nothing; a write transaction is a sync.
        while try await store.database.read({ try !RecycleBinTable($0).due(at: now, limit: 1).isEmpty }) {
            let left = try await store.database.write { try RecycleBin.expire(at: now, limit: Self.batch, in: $0) }
            for resource in left {
                logger.info("Removed from the Recycle Bin, as its time was over", metadata: ["resource": "\(resource.id)"])
            }
        }
    }

    private func endRestores() async throws {
        let now = clock.now
        while try await store.database.read({ try !SnapshotTable($0).expiredRestores(at: now, limit: 1).isEmpty }) {
            let gone = try await store.database.write { try Snapshots.endRestores(at: now, limit: Self.batch, in: $0) }
            for id in gone { logger.info("Took a snapshot back into the archive, as its time was over", metadata: ["snapshot": "\(id)"]) }
        }
    }

    private func advanceModifications() async throws {
        let now = clock.now
        while try await store.database.read({ try !VolumeModificationTable($0).due(at: now, limit: 1).isEmpty }) {
            let changed = try await store.database.write { try Volumes.advanceModifications(at: now, limit: Self.batch, in: $0) }
            for modification in changed {
                logger.info(
                    "Modified a volume",
                    metadata: ["volume": "\(modification.volume)", "state": "\(modification.state.rawValue)"]
                )
                await store.disks.settle(modification.volume)
            }
        }
    }

    private func forgetInstances() async throws {
        let (now, last) = (clock.now, clock.now.addingTimeInterval(-Instance.describedAfterTermination))
        while try await store.database.read({ try !InstanceTable($0).ended(before: last, limit: 1).isEmpty }) {
            let gone = try await store.database.write { try Instances.forgetTerminated(at: now, limit: Self.batch, in: $0) }
            for id in gone { logger.info("Forgot an instance that was terminated", metadata: ["instance": "\(id)"]) }
        }
    }

    private func dropReports() async throws {
        let now = clock.now
        while try await store.database.read({ try !ImageUsageReportTable($0).expired(at: now, limit: 1).isEmpty }) {
            try await store.database.write { transaction in
                for id in try ImageUsageReportTable(transaction).expired(at: now, limit: Self.batch) {
                    try ImageUsageReports.remove(id, in: transaction)
                }
            }
        }
    }
}
