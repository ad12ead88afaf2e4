import Blocks
import Domain
import Foundation
import Logging
import Metadata
import ServiceLifecycle
import Synchronization

/// Finishes uploads in one Region: builds the block map of those that are sealed, and fails those that got no block for too long.
package struct UploadReconciler: Service, CustomStringConvertible {
    private static let interval: Duration = .seconds(2)
    private static let rowsPerRead = 4096

    private let store: RegionStore
    private let deployment: Deployment
    private let logger: Logger
    private let waiting = WaitingUploads()

    package init(store: RegionStore, deployment: Deployment) {
        self.store = store
        self.deployment = deployment
        logger = deployment.logger(of: store)
    }

    /// As the log of services names it.
    package var description: String { "uploads into \(store.region)" }

    package func run() async throws {
        let sleeper = store.uploadsWakeup.sleeper()
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await step()
                await sleeper.sleep(atMost: Self.interval)
            }
        }
    }

    private func step() async {
        do {
            try await failExpired()
            // All that there can be, so that those that have to be tried again do not keep the others from being reached.
            let sealed = try await store.database.read { try UploadTable($0).sealed(limit: Uploads.pendingMax) }
            for upload in sealed {
                do {
                    try await finish(upload)
                } catch let error as KeyUnusable {
                    // It waits for its key, and is tried every two seconds: said once.
                    guard waiting.insert(upload.snapshotID) else { continue }
                    logger.warning("An upload is waiting for its KMS key", metadata: .error(error, ["snapshot": "\(upload.snapshotID)"]))
                } catch let error where !(error is CancellationError) {
                    logger.error("Finishing an upload failed", metadata: .error(error, ["snapshot": "\(upload.snapshotID)"]))
                }
            }
        } catch {
            if !(error is CancellationError) {
                logger.error("Finishing uploads failed", metadata: .error(error))
            }
        }
    }

    private func finish(_ upload: Upload) async throws {
        let id = upload.snapshotID
        do {
            guard let snapshot = try await store.database.read({ try SnapshotTable($0).snapshot(id) }) else { return }
            let seal = try await store.seal(of: snapshot)
            let map = try await store.blocks.withWriter(in: seal) { writer in
                let map = try await buildMap(of: upload, volumeBytes: snapshot.volumeBytes, with: writer)
                let now = deployment.clock.now
                try await store.database.write { transaction in
                    try SnapshotTable(transaction).complete(id, root: map.root.bytes, dataBytes: map.dataBytes, message: nil, at: now)
                    try UploadTable(transaction).delete(id)
                }
                return map
            }
            logger.info("Completed a snapshot", metadata: ["snapshot": "\(id)", "bytes": "\(map.dataBytes)"])
        } catch let error where Self.isLasting(error) {
            logger.error("Completing a snapshot failed", metadata: .error(error, ["snapshot": "\(id)"]))
            let now = deployment.clock.now
            try await store.database.write {
                try Self.fail(
                    id,
                    message: "The block map could not be written: \((error as? StoreError)?.textForUsers ?? "\(error)")",
                    at: now,
                    in: $0
                )
            }
        }
    }

    /// Whether trying again cannot help: the bytes are gone or do not fit.
    private static func isLasting(_ error: any Error) -> Bool {
        guard let error = error as? StoreError else { return error is BlockMapError }
        return [.noSpace, .damaged, .missingPack, .notFound, .incomplete].contains(error.code)
    }

    /// Lays the uploaded blocks over the parent's map, page by page.
    private func buildMap(
        of upload: Upload,
        volumeBytes: UInt64,
        with writer: StoreWriter
    ) async throws -> (root: Digest, dataBytes: Int64) {
        let blocks = store.blocks
        let pages = DomainPages(blocks, in: writer.domain)
        var parent: BlockMapRoot?
        if let digest = upload.parentRoot.flatMap({ Digest(bytes: $0) }) { parent = try await blocks.readRoot(digest) }
        var builder = try BlockMapBuilder(volumeBytes: volumeBytes, parent: parent)
        var index: Int64 = 0
        while true {
            let from = index
            let rows = try await store.database.read { transaction in
                try UploadTable(transaction).blocks(of: upload.snapshotID, from: from, limit: Self.rowsPerRead)
            }
            for row in rows {
                let digest = try writer.domain.digest(of: row, in: upload.snapshotID)
                for page in try await builder.add(UInt64(row.index), digest, reading: pages) { _ = try await writer.put(page: page) }
            }
            guard rows.count == Self.rowsPerRead, let last = rows.last else { break }
            index = last.index + 1
        }
        let (rest, root) = try await builder.finish(reading: pages)
        for page in rest { _ = try await writer.put(page: page) }
        let digest = try await writer.put(root: root)
        try await writer.flush()
        return (writer.domain.address(of: digest), Int64(root.dataBytes))
    }

    private func failExpired() async throws {
        let now = deployment.clock.now
        guard try await store.database.read({ try !UploadTable($0).expired(at: now, limit: 1).isEmpty }) else { return }
        // Looked up again where it is written, so that a block or a completion that came meanwhile counts.
        try await store.database.write { transaction in
            for upload in try UploadTable(transaction).expired(at: now, limit: Uploads.pendingMax) {
                let message = "No block was written for \(upload.timeoutMinutes) minutes"
                try Self.fail(upload.snapshotID, message: message, at: now, in: transaction)
            }
        }
    }

    private static func fail(_ id: SnapshotID, message: String, at now: Date, in transaction: Transaction) throws {
        try SnapshotTable(transaction).fail(id, message: message)
        try ReleaseTable(transaction).insert(root: nil, at: now)
        try UploadTable(transaction).delete(id)
    }
}

/// Uploads whose key cannot be used, which the log has been told of.
private final class WaitingUploads: Sendable {
    private let ids = Mutex<Set<SnapshotID>>([])

    /// False for one that is known.
    func insert(_ id: SnapshotID) -> Bool { ids.withLock { $0.insert(id).inserted } }
}
