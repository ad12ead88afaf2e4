import Blocks
import Domain
import Foundation
import Metadata

/// Makes an archived snapshot usable again. It waits until it is due: a job is not taken before.
///
/// For a time nothing has to be moved: what is archived can be read where it stands. For good, the blocks go to packs that no archive counts as its
/// own, compressed as they are.
struct SnapshotRestoreRunner: JobRunner {
    let job: Job
    let work: SnapshotRestore
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let snapshot = try await tools.tiered(work.snapshot)
        if work.days == nil { try await moveBack(snapshot, progress) }
        let now = tools.deployment.clock.now
        return JobEnding { [work] in try Self.end(work, at: now, in: $0) }
    }

    private func moveBack(_ snapshot: Snapshot, _ progress: JobProgress) async throws {
        let store = tools.store
        let seal = try await store.seal(of: snapshot)
        let packs = try await store.database.read { try SnapshotTieringTable($0).packs(of: snapshot.id) }
        for (number, pack) in packs.enumerated() {
            try await progress.report(Int64(number), of: Int64(packs.count))
            guard let pack = PackID(bytes: pack) else { continue }
            // What is moved stands there no more, so the pack is always begun at its beginning.
            while true {
                let frames = try await store.blocks.frames(in: pack, limit: BlockStore.blocksOfOwnPack)
                if frames.isEmpty { break }
                try await store.blocks.moveToOwnPack(frames.map(\.address), in: seal.id)
            }
        }
    }

    private static func end(_ work: SnapshotRestore, at now: Date, in transaction: Transaction) throws {
        let table = SnapshotTieringTable(transaction)
        guard var tiering = try table.tiering(of: work.snapshot) else { throw NoLongerWanted() }
        tiering.complete(at: now)
        try table.set(tiering)
        let expiry = work.days.flatMap { SnapshotRestoreRequest.temporarily(days: $0).expiry(from: now) }
        try SnapshotTable(transaction).setTier(.standard, until: expiry, of: work.snapshot)
        guard work.days == nil else { return }
        try table.forgetPacks(of: work.snapshot)
        try ReleaseTable(transaction).insert(root: nil, at: now)
    }

    func undo() async throws {
        try await tools.failTiering(of: work.snapshot, because: job.message) { [work] transaction in
            // It was here for a time, and still is.
            guard let end = work.expiresAt else { return }
            try SnapshotTable(transaction).setTier(.standard, until: end, of: work.snapshot)
        }
    }
}
