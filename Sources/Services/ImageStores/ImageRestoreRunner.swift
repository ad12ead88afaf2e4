import Blocks
import Domain
import Foundation
import Metadata
import NIOCore
import Synchronization

/// Fills the snapshots of an image from an archive. Each is proven by the root that the archive announces.
///
/// The row of a snapshot that is being filled names the root of what has come, so that no collection takes it; a restore that was cut off
/// begins anew, and finds its blocks.
struct ImageRestoreRunner: JobRunner {
    let job: Job
    let work: ImageRestore
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        // The latest, as the call has looked at it: an older one would take another permission.
        let (object, objects) = try await tools.call(of: job).readable(work.key, in: work.bucket)
        guard object.version == work.version, object.etag == work.etag else {
            throw Fault(.invalidRequest, "The object s3://\(work.bucket)/\(work.key) was replaced while it was restored.")
        }
        do {
            var reader = try await ArchiveReader(
                ReportedReader(objects.read(object, range: 0..<object.bytes)) { read in
                    try await progress.report(read, of: object.bytes)
                }
            )
            var restored: [(id: SnapshotID, root: Digest, dataBytes: Int64)] = []
            while let disk = try await reader.nextDisk() {
                guard disk.position < work.snapshots.count else { throw Self.surplus }
                let id = work.snapshots[disk.position]
                let root = try await restore(disk, from: &reader, into: id, progress)
                restored.append((id, root, disk.dataBytes))
            }
            guard restored.count == work.snapshots.count else { throw Self.surplus }
            let now = tools.deployment.clock.now
            return JobEnding { [restored] transaction in
                for disk in restored {
                    let message = "Restored \(disk.dataBytes) bytes"
                    let table = SnapshotTable(transaction)
                    try table.complete(disk.id, root: disk.root.bytes, dataBytes: disk.dataBytes, message: message, at: now)
                }
            }
        } catch let error as ArchiveError {
            throw Fault(.invalidRequest, "The object s3://\(work.bucket)/\(work.key) is not a whole stored image: \(error)")
        }
    }

    /// What has come is let go; the snapshots say that they will never be whole.
    func undo() async throws {
        let now = tools.deployment.clock.now
        try await tools.store.database.write { transaction in
            for id in work.snapshots {
                let table = SnapshotTable(transaction)
                guard let snapshot = try table.snapshot(id), snapshot.state == .pending else { continue }
                try table.keep(nil, of: id)
                try table.fail(id, message: "The restoring of \(job.id) was cancelled or failed")
                try ReleaseTable(transaction).insert(root: snapshot.root, in: snapshot.encryption?.domain, at: now)
            }
        }
    }

    private static let surplus = Fault(.invalidRequest, "The archive has other disks than its image.")

    private func restore(
        _ disk: ArchivedDisk,
        from reader: inout ArchiveReader<ReportedReader>,
        into id: SnapshotID,
        _ progress: JobProgress
    ) async throws -> Digest {
        let snapshot = try await tools.store.database.read { try SnapshotTable($0).snapshot(id) }
        guard let snapshot, snapshot.state == .pending else { throw NoLongerWanted() }
        guard disk.volumeBytes == snapshot.volumeBytes else {
            throw Fault(
                .invalidRequest,
                "The disk \(disk.position) of the archive has \(disk.volumeBytes) bytes, and its image says \(snapshot.volumeBytes)."
            )
        }
        let (domain, now) = (snapshot.encryption?.domain, tools.deployment.clock.now)
        return try await DiskRestore().run(disk, from: &reader, into: tools.store.blocks, in: try await tools.store.seal(domain)) { root in
            try await progress.write { transaction in
                let table = SnapshotTable(transaction)
                guard let row = try table.snapshot(id), row.state == .pending else { throw NoLongerWanted() }
                if let old = row.root, old != root.bytes { try ReleaseTable(transaction).insert(root: old, in: domain, at: now) }
                try table.keep(root.bytes, of: id)
            }
        }
    }
}

/// An object that is read from front to back, and tells how far.
private struct ReportedReader: ArchiveSource {
    private var reader: ObjectReader
    private var taken: Int64 = 0
    private let report: @Sendable (Int64) async throws -> Void

    init(_ reader: ObjectReader, report: @escaping @Sendable (Int64) async throws -> Void) {
        self.reader = reader
        self.report = report
    }

    mutating func next() async throws -> ByteBuffer? {
        let piece = try await reader.next()
        taken += Int64(piece?.readableBytes ?? 0)
        try await report(taken)
        return piece
    }
}
