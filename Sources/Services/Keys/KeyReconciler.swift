import Domain
import Foundation
import Logging
import Metadata
import ServiceLifecycle

/// Deletes keys whose day has come, and gives new material to those that rotate. It takes no input: the days stand in the rows.
///
/// It also makes the certificate of a Region that is served for the first time: that takes a while, and no start waits for it.
package struct KeyReconciler: Service, CustomStringConvertible {
    private static let interval: Duration = .seconds(5)
    private static let batch = 100

    private let store: RegionStore
    private let ring: KeyRing
    private let clock: WallClock
    private let logger: Logger

    package init(store: RegionStore, deployment: Deployment) {
        self.store = store
        ring = deployment.keyRing(of: store)
        clock = deployment.clock
        logger = deployment.logger(of: store)
    }

    /// As the log of services names it.
    package var description: String { "keys of \(store.region)" }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await makeCertificate()
            while !Task.isCancelled {
                await step()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func makeCertificate() async {
        do {
            try await store.keys.certificates.require()
        } catch {
            // Whoever needs it first makes it.
            if !(error is CancellationError) { logger.error("Creating the Region's certificate failed", metadata: .error(error)) }
        }
    }

    /// Does what is due.
    package func step() async {
        do {
            try await delete()
            try await rotate()
        } catch {
            if !(error is CancellationError) { logger.error("Rotating and deleting KMS keys that are due failed", metadata: .error(error)) }
        }
    }

    private func delete() async throws {
        let (now, region) = (clock.now, store.region)
        // A look costs nothing; a write transaction is a sync.
        guard try await store.database.read({ try !KeyTable($0, in: region).due(forDeletionAt: now, limit: 1).isEmpty }) else { return }
        let deleted = try await store.database.write { transaction in
            let table = KeyTable(transaction, in: region)
            let due = try table.due(forDeletionAt: now, limit: Self.batch).filter { $0.state == .pendingDeletion }
            for key in due { try table.delete(key.id) }
            return due
        }
        if !deleted.isEmpty { ring.noteChange() }
        for key in deleted { logger.notice("Deleted a KMS key, as it was scheduled", metadata: ["key": "\(key.arn)"]) }
    }

    private func rotate() async throws {
        let (now, region, ring) = (clock.now, store.region, ring)
        guard try await store.database.read({ try !KeyTable($0, in: region).due(forRotationAt: now, limit: 1).isEmpty }) else { return }
        let rotated = try await store.database.write { transaction in
            var due = try KeyTable(transaction, in: region).due(forRotationAt: now, limit: Self.batch)
            for index in due.indices { try ring.rotate(&due[index], cause: .automatic, in: transaction) }
            return due
        }
        for key in rotated { logger.info("Rotated a KMS key", metadata: ["key": "\(key.arn)", "material": "\(key.materialNumber)"]) }
    }
}
