import Domain
import Foundation
import Metadata

/// What RestoreSnapshotTier has begun or changed.
package struct BegunRestore: Sendable {
    package let snapshot: SnapshotID
    package let startedAt: Date
    /// Nil for good.
    package let days: Int?
}

/// The archive tier (docs/behaviour/snapshot-archive.md).
extension Snapshots {
    /// Begins to move a snapshot into the archive.
    package func archive(_ id: String) async throws -> SnapshotTiering {
        let id = try Self.id(id)
        let (now, viewer) = (call.now, try await call.viewer())
        let (ofVolume, atOnce) = (try await call.quota(.archivedSnapshots), try await call.quota(.snapshotArchives))
        let tiering = try await call.commit { transaction in
            let snapshot = try Self.own(id, of: viewer, in: transaction)
            let table = SnapshotTieringTable(transaction)
            let tiering = try snapshot.archival(after: table.tiering(of: id), at: now)
            try Self.requireUnused(snapshot, in: transaction)
            guard try table.archived(of: snapshot.owner, lineage: snapshot.lineage) < ofVolume else {
                throw Fault(
                    .snapshotLimitExceeded,
                    "You have reached your quota of \(ofVolume) archived snapshots of a volume. Delete some or request an increase in your quota."
                )
            }
            let job = Job(
                id: id.rawValue,
                account: snapshot.owner,
                work: .snapshotArchival(SnapshotArchival(snapshot: id)),
                createdAt: now
            )
            try Self.begin(tiering, job, atMost: atOnce, "snapshot archives", in: transaction)
            return tiering
        }
        call.store.jobsWakeup()
        return tiering
    }

    /// Begins to bring a snapshot out of the archive, or changes for how long it stays.
    package func restoreTier(_ id: String, _ request: SnapshotRestoreRequest) async throws -> BegunRestore {
        let id = try Self.id(id)
        let (now, viewer, atOnce) = (call.now, try await call.viewer(), try await call.quota(.snapshotRestores))
        let wait = TimeInterval(call.deployment.archiveRestoreHours) * 3_600
        let begun = try await call.commit { transaction in
            let snapshot = try Self.own(id, of: viewer, in: transaction)
            let last = try SnapshotTieringTable(transaction).tiering(of: id)
            switch try snapshot.restore(request, after: last, taking: wait, at: now) {
            case .stay(let end):
                try SnapshotTable(transaction).setTier(.standard, until: end, of: id)
                return BegunRestore(snapshot: id, startedAt: last?.startedAt ?? now, days: request.days)
            case .begin(let tiering):
                let work = SnapshotRestore(snapshot: id, days: request.days, expiresAt: snapshot.restoreExpiresAt)
                let job = Job(
                    id: id.rawValue,
                    account: snapshot.owner,
                    work: .snapshotRestore(work),
                    createdAt: now,
                    retries: Retries(dueAt: tiering.dueAt)
                )
                try Self.begin(tiering, job, atMost: atOnce, "snapshot restores from the archive", in: transaction)
                // What is to stay does not go meanwhile.
                try SnapshotTable(transaction).setTier(snapshot.tier, until: nil, of: id)
                return BegunRestore(snapshot: id, startedAt: now, days: request.days)
            }
        }
        call.store.jobsWakeup()
        return begun
    }

    private static func begin(
        _ tiering: SnapshotTiering,
        _ job: Job,
        atMost limit: Int,
        _ what: String,
        in transaction: Transaction
    ) throws {
        let jobs = JobTable(transaction)
        // The last one writes how it ended before its row goes.
        guard try jobs.job(job.id) == nil else {
            throw Fault(.incorrectState, "The snapshot '\(job.id)' changes its storage tier already: try again in a moment")
        }
        guard try jobs.count(of: job.account, [job.work.kind]) < limit else {
            throw Fault(.resourceLimitExceeded, "Too many \(what) in progress. The limit is \(limit): wait until some have ended.")
        }
        try SnapshotTieringTable(transaction).set(tiering)
        try jobs.insert(job)
    }

    /// Images that are in use need their snapshots.
    ///
    /// - Throws: `Fault` `InvalidSnapshot.InUse`.
    static func requireUnused(_ snapshot: Snapshot, in transaction: Transaction) throws {
        guard let user = try ImageTable(transaction).activeUsers(of: snapshot.id, owner: snapshot.owner).first else { return }
        throw Fault(
            .invalidSnapshotInUse,
            "The snapshot \(snapshot.id) is currently in use by \(user): disable the image to archive the snapshot"
        )
    }

    /// Takes what was restored for a time back into the archive, when the time is over.
    ///
    /// - Returns: what has gone, at most `limit`.
    static func endRestores(at now: Date, limit: Int, in transaction: Transaction) throws -> [SnapshotID] {
        let ids = try SnapshotTable(transaction).expiredRestores(at: now, limit: limit)
        for id in ids { try enterArchive(id, in: transaction) }
        return ids
    }

    /// From now on nobody uses it. Whom it was shared with does not come back.
    static func enterArchive(_ id: SnapshotID, in transaction: Transaction) throws {
        try SnapshotTable(transaction).setTier(.archive, until: nil, of: id)
        try ShareTable(transaction, of: .snapshot).removeAll(of: id.rawValue)
    }
}
