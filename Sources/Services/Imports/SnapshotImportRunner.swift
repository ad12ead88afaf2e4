import Blocks
import Domain
import Foundation
import Metadata

/// Makes a snapshot of the disk in an object.
struct SnapshotImportRunner: JobRunner {
    let job: Job
    let work: SnapshotImport
    let tools: JobTools

    func run(_ progress: JobProgress) async throws -> JobEnding {
        let intake = try await DiskIntake(job, encryption: work.encryption, tools: tools)
        let taken = try await intake.take(work.source, accepting: Imports.snapshotFormats) { percent, message in
            try await progress.report(Int64(percent), of: 100, message)
        }
        guard let disk = taken.first, taken.count == 1 else {
            throw Fault(.invalidParameterValue, "The object has \(taken.count) disks, and a snapshot is of one")
        }
        let snapshot = disk.snapshot(work.snapshot, of: job, encryption: work.encryption, at: tools.deployment.clock.now)
        let quotas = try await tools.deployment.storageQuotas(of: job.account, in: tools.store.region)
        return JobEnding(sessions: [intake.session]) { transaction in
            try quotas.requireRoom(forSnapshots: 1, in: transaction)
            try SnapshotTable(transaction).insert(snapshot)
        }
    }
}

extension DiskIntake.Taken {
    /// The snapshot that is made of a disk.
    func snapshot(_ id: SnapshotID, of job: Job, encryption: SnapshotEncryption?, at now: Date) -> Snapshot {
        Snapshot(
            id: id,
            owner: job.account,
            volumeID: Snapshot.copiedVolumeID,
            description: "Created by AWS-VMImport service for \(job.id)",
            state: .completed,
            progressPercent: 100,
            startedAt: job.createdAt,
            completedAt: now,
            sizeGiB: sizeGiB,
            lineage: id,
            root: root.bytes,
            dataBytes: dataBytes,
            encryption: encryption
        )
    }
}
