import Blocks
import Domain
import Foundation
import Logging
import Metadata
import Synchronization

/// The uploads into a Region whose client has said that they are complete, as a reconciler drives them: the block map of each is built. Those
/// that got no block for too long fail.
struct UploadWork: LongWork {
    let name = "uploads"
    let rows = LeasedRows.uploads

    /// Each lays a disk's map in memory, page by page.
    private static let runningMax = 2
    /// Seconds between two attempts.
    private static let pause: TimeInterval = 2
    private static let rowsPerRead = 4096

    let store: RegionStore
    let deployment: Deployment
    let logger: Logger
    private let waiting = WaitingUploads()

    init(store: RegionStore, deployment: Deployment) {
        self.store = store
        self.deployment = deployment
        logger = deployment.logger(of: store)
    }

    func prepare(for running: [Upload], at now: Date) async throws {
        guard try await store.database.read({ try !UploadTable($0).expired(at: now, limit: 1).isEmpty }) else { return }
        // Looked up again where it is written, so that a block or a completion that came meanwhile counts.
        try await store.database.write { transaction in
            for upload in try UploadTable(transaction).expired(at: now, limit: Uploads.expiredBatch) {
                let message = "No block was written for \(upload.timeoutMinutes) minutes"
                try Self.fail(upload.snapshotID, message: message, at: now, in: transaction)
            }
        }
    }

    func hasAny(in transaction: Transaction) throws -> Bool { try UploadTable(transaction).hasSealed() }

    func waiting(beside running: [Upload], at now: Date, in transaction: Transaction) throws -> [Upload] {
        try UploadTable(transaction).sealed(Self.runningMax - running.count, at: now)
    }

    func wanted(of owner: String, in transaction: Transaction) throws -> Set<SnapshotID> {
        try UploadTable(transaction).sealed(leasedBy: owner)
    }

    func drive(_ upload: Upload, under lease: HeldLease, until stop: AsyncStream<Never>) async throws {
        let id = upload.snapshotID
        do {
            try await finish(upload, lease, until: stop)
        } catch let error where error is NoLongerWanted || error is CancellationError || Task.isCancelled {
            throw error
        } catch let error where Self.isLasting(error) {
            logger.error("Completing a snapshot failed", metadata: .error(error, ["snapshot": "\(id)"]))
            let now = deployment.clock.now
            let cause = (error as? StoreError)?.textForUsers ?? "\(error)"
            try await lease.finish { try Self.fail(id, message: "The block map could not be written: \(cause)", at: now, in: $0) }
        } catch {
            if !(error is KeyUnusable) {
                logger.error("Finishing an upload failed", metadata: .error(error, ["snapshot": "\(id)"]))
            } else if waiting.insert(id) {
                logger.warning("An upload is waiting for its KMS key", metadata: .error(error, ["snapshot": "\(id)"]))
            }
            let next = deployment.clock.now.addingTimeInterval(Self.pause)
            try await lease.finish { try UploadTable($0).postpone(id, to: next) }
        }
    }

    private func finish(_ upload: Upload, _ lease: HeldLease, until stop: AsyncStream<Never>) async throws {
        let id = upload.snapshotID
        guard let snapshot = try await store.database.read({ try SnapshotTable($0).snapshot(id) }) else { throw NoLongerWanted() }
        let writer = store.blocks.writer(in: try await store.seal(of: snapshot))
        // A session that ended before the row names the map would leave it to a collection.
        defer { writer.end() }
        let map = try await unlessStopped(by: stop, throwing: NoLongerWanted()) {
            try await buildMap(of: upload, volumeBytes: snapshot.volumeBytes, with: writer)
        }
        let now = deployment.clock.now
        try await lease.finish { transaction in
            try SnapshotTable(transaction).complete(id, root: map.root.bytes, dataBytes: map.dataBytes, message: nil, at: now)
            try UploadTable(transaction).delete(id)
        }
        waiting.remove(id)
        logger.info("Completed a snapshot", metadata: ["snapshot": "\(id)", "bytes": "\(map.dataBytes)"])
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

    private static func fail(_ id: SnapshotID, message: String, at now: Date, in transaction: Transaction) throws {
        try SnapshotTable(transaction).fail(id, message: message)
        try ReleaseTable(transaction).insert(root: nil, at: now)
        try UploadTable(transaction).delete(id)
    }
}

/// Uploads whose key cannot be used, which the log has been told of.
private final class WaitingUploads: Sendable {
    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    private let ids = Mutex<Set<SnapshotID>>([])

    /// False for one that is known.
    @inline(never) func insert(_ id: SnapshotID) -> Bool { ids.withLock { $0.insert(id).inserted } }

    @inline(never) func remove(_ id: SnapshotID) { ids.withLock { _ = $0.remove(id) } }
}
