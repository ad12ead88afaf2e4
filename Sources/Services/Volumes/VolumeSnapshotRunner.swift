import Blocks
import Domain
import Foundation
import Metadata
import Transfer

/// Makes the snapshot of a volume: the map that the volume was made of, as large as the volume is, with what was written laid over it.
///
/// Where the volume is sealed otherwise than what it was made of, that is sealed anew first, as a copy would be. Cut off, it goes on with what
/// stands there already.
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
            var builder = try BlockMapBuilder(volumeBytes: snapshot.volumeBytes, parent: parent)
            try await layLayers(of: source, into: &builder, writer)
            let (root, address) = try await writer.finish(&builder)
            let now = tools.deployment.clock.now
            return JobEnding(sessions: [writer]) { transaction in
                try SnapshotTable(transaction).complete(id, root: address.bytes, dataBytes: root.dataBytes, message: nil, at: now)
                try VolumeSnapshotTable(transaction).delete(id)
                // A map that was kept on the way is garbage now.
                if let base, base != address { try ReleaseTable(transaction).insert(root: nil, at: now) }
            }
        } catch {
            writer.end()
            throw error
        }
    }

    /// The one place where what was written to the volume until the call is laid over its base, oldest layer first. No volume can be written yet.
    private func layLayers(of _: VolumeSnapshotTable.Row, into _: inout BlockMapBuilder, _: StoreWriter) async throws {}

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
        try await tools.store.database.write { transaction in
            let table = SnapshotTable(transaction)
            try table.keep(nil, of: id)
            try table.fail(id, message: message)
            try VolumeSnapshotTable(transaction).delete(id)
            try ReleaseTable(transaction).insert(root: nil, at: now)
        }
    }
}
