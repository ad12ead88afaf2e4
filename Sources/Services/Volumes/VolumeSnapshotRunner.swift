import Blocks
import Domain
import Foundation
import Metadata
import Transfer

/// Makes the snapshot of a volume: the map under it, as large as the volume is, with what was written until the call laid over it. That is what
/// the volume stands over then, so the next snapshot lays only what was written since.
///
/// Where the volume is sealed otherwise than what it was made of, that is sealed anew first, as a copy would be. Cut off, it goes on with what
/// stands there already: blocks that are stored are not stored again. Those of one volume are made in their order (`JobTable.waiting`).
struct VolumeSnapshotRunner: JobRunner {
    let job: Job
    let work: VolumeSnapshot
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let (store, id) = (tools.store, work.snapshot)
        let (found, source) = try await store.database.read { transaction in
            (try SnapshotTable(transaction).snapshot(id), try VolumeSnapshotTable(transaction).row(of: id))
        }
        guard let snapshot = found, snapshot.state == .pending, let source else { throw NoLongerWanted() }
        let seal = try await store.seal(of: snapshot)
        let base = try await base(of: snapshot, source, in: seal, progress)
        let writer = store.blocks.writer(in: seal)
        do {
            var parent: BlockMapRoot?
            if let base { parent = try await store.blocks.readRoot(base) }
            let volume = source.layer == nil ? nil : try await store.disks.take(source.volume)
            let (root, address) = try await lay(source, of: volume, over: parent, snapshot.volumeBytes, writer, progress)
            let now = tools.deployment.clock.now
            return JobEnding(sessions: [writer], volume: volume) { transaction in
                try SnapshotTable(transaction).complete(id, root: address.bytes, dataBytes: root.dataBytes, message: nil, at: now)
                try VolumeSnapshotTable(transaction).delete(id)
                try Images.settle(with: id, in: transaction)
                if let layer = source.layer {
                    let made = Volume.Base(root: address.bytes, domain: snapshot.encryption?.domain)
                    try VolumeTable(transaction).rebase(source.volume, onto: made, mergedThrough: layer)
                    try VolumeSnapshotTable(transaction).rebase(source.volume, onto: made, mergedThrough: layer)
                }
                // What was under the volume, or a map that was kept on the way, may be garbage now.
                if let base, base != address { try ReleaseTable(transaction).insert(root: nil, at: now) }
            }
        } catch {
            writer.end()
            throw error
        }
    }

    /// Lays what was written to the volume until the call over its base.
    private func lay(
        _ source: VolumeSnapshotTable.Row,
        of volume: OpenVolume?,
        over parent: BlockMapRoot?,
        _ volumeBytes: UInt64,
        _ writer: StoreWriter,
        _ progress: JobProgress
    ) async throws -> (BlockMapRoot, Digest) {
        guard let volume, let layer = source.layer else {
            var builder = try BlockMapBuilder(volumeBytes: volumeBytes, parent: parent)
            return try await writer.finish(&builder)
        }
        let point = VolumePoint(layer: layer, volumeBytes: volumeBytes)
        do {
            let total = Int64(try await volume.disk.dirtyCount(of: point))
            let laying = try await volume.disk.lay(point, over: parent, with: writer) { begun in
                try await progress.report(Int64(begun - 1) * Snapshot.blockBytes, of: total * Snapshot.blockBytes)
            }
            return (laying.root, laying.address)
        } catch let error as VolumeError where error.code == .noSuchPoint {
            // The bytes did not come with the rows, such as from a backup.
            throw Fault(.incorrectState, "What was written to the volume '\(source.volume)' until the snapshot is not here any more")
        }
    }

    /// The base in the snapshot's own domain; nil for zeros.
    private func base(
        of snapshot: Snapshot,
        _ source: VolumeSnapshotTable.Row,
        in seal: SealDomain,
        _ progress: JobProgress
    ) async throws -> Digest? {
        // An earlier attempt has got so far.
        if let kept = snapshot.root.flatMap({ Digest(bytes: $0) }) { return kept }
        guard let base = source.base, let root = Digest(bytes: base.root) else { return nil }
        guard base.domain != snapshot.encryption?.domain else { return root }
        let (store, id) = (tools.store, snapshot.id)
        let origin = StoreSource(store.blocks, in: try await store.seal(base.domain))
        let engine = CopyEngine(window: 4)
        _ = try await engine.copy(root, from: origin, into: store.blocks, in: seal, space: tools.inbound.space) { done in
            try await progress.report(done.bytesDone, of: done.bytesTotal)
        } commit: { _, address in
            try await progress.write { try SnapshotTable($0).keep(address.bytes, of: id) }
        }
        return seal.address(of: try await store.blocks.readRoot(root).digest)
    }

    func undo() async throws {
        let (id, message, now) = (work.snapshot, job.message, tools.deployment.clock.now)
        let reason = StateReason(code: job.reasonCode ?? "Server.InternalError", message: message)
        let source = try await tools.store.database.read { try VolumeSnapshotTable($0).row(of: id) }
        try await tools.store.database.write { transaction in
            let table = SnapshotTable(transaction)
            try table.keep(nil, of: id)
            try table.fail(id, message: message)
            try VolumeSnapshotTable(transaction).delete(id)
            try Images.settle(with: id, failedFor: reason, in: transaction)
            try ReleaseTable(transaction).insert(root: nil, at: now)
        }
        // The points of those that are not made are laid with the next one's.
        if let source { await tools.store.disks.settle(source.volume) }
    }
}
