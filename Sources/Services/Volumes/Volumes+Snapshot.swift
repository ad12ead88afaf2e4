import Blocks
import Domain
import Foundation
import Metadata

extension Volumes {
    package static let descriptionLengthMax = 255

    /// Makes a snapshot of what a volume holds at the call. It is pending until a job has laid its map; the guest goes on meanwhile.
    package func snapshot(_ id: String, description: String, tags: [Tag]) async throws -> Snapshot {
        try TagRules.check(tags)
        let (id, account) = (try Self.id(id), call.account)
        let made = try await snapshots(description: description, tags: { _ in tags }) { [try Self.own(id, of: account, in: $0)] }
        guard let snapshot = made.first else { throw Self.notFound(id.rawValue) }
        return snapshot
    }

    /// Makes snapshots of volumes, all at one moment of the call.
    ///
    /// - Parameter find: finds the volumes. It is asked twice, and what comes in between is left out.
    func snapshots(
        description: String,
        tags: @escaping @Sendable (Volume) throws -> [Tag],
        of find: @escaping @Sendable (Transaction) throws -> [Volume]
    ) async throws -> [Snapshot] {
        let (account, now) = (call.account, call.now)
        let (pendingMax, quotas) = (try await call.quota(.pendingSnapshots), try await call.storageQuotas())
        let check: @Sendable (Transaction) throws -> [Volume] = { transaction in
            let volumes = try find(transaction)
            try Self.requireRoom(forSnapshotsOf: volumes, of: account, pendingMax, quotas, in: transaction)
            return volumes
        }
        // A point in time that is refused costs the volume a layer, so what can be refused is refused before.
        let volumes = try await call.store.database.read(check)
        for volume in volumes { try await requireKey(of: volume) }
        let ids = Set(volumes.map(\.id))
        let made = try await call.withPoints(of: Array(ids)) { [call] points in
            try await call.commit { transaction in
                try check(transaction).filter { ids.contains($0.id) }.map { volume in
                    try Self.snapshot(
                        volume,
                        at: points[volume.id],
                        description: description,
                        tags: tags(volume),
                        at: now,
                        in: transaction
                    )
                }
            }
        }
        call.store.jobsWakeup()
        return made
    }

    /// - Parameter pendingMax: how many snapshots of an account can be pending.
    static func requireRoom(
        forSnapshotsOf volumes: [Volume],
        of account: AccountID,
        _ pendingMax: Int,
        _ quotas: StorageQuotas,
        in transaction: Transaction
    ) throws {
        try quotas.requireRoom(forSnapshots: volumes.count, in: transaction)
        guard try Snapshots.pendingCount(of: account, in: transaction) + volumes.count <= pendingMax else {
            throw Fault(
                .pendingSnapshotLimitExceeded,
                "You have reached the limit of \(pendingMax) pending snapshots: wait until some are completed, or delete some"
            )
        }
        for volume in volumes { try requireRoomForSnapshot(of: volume, in: transaction) }
    }

    private static func requireRoomForSnapshot(of volume: Volume, in transaction: Transaction) throws {
        guard try VolumeSnapshotTable(transaction).count(of: volume.id) < volume.shape.type.pendingSnapshotsMax else {
            throw Fault(
                .concurrentSnapshotLimitExceeded,
                "Maximum allowed in-progress snapshots for a single volume exceeded."
            )
        }
    }

    /// Begins a snapshot of a volume, in a transaction of whoever needs it, who wakes the jobs then.
    ///
    /// - Parameter point: what ``Call/withPoints(of:_:)`` gave; nil for a volume that nobody has written to.
    package static func snapshot(
        _ volume: Volume,
        at point: VolumePoint?,
        description: String,
        tags: [Tag],
        at now: Date,
        in transaction: Transaction
    ) throws -> Snapshot {
        try requireRoomForSnapshot(of: volume, in: transaction)
        let snapshot = try plan(volume, description: description, tags: tags, at: now, in: transaction)
        try begin(snapshot, of: volume, at: point, at: now, in: transaction)
        return snapshot
    }

    /// Writes down a snapshot of a volume that is begun later, by ``begin(_:of:at:at:in:)``: nothing is made until then.
    static func plan(_ volume: Volume, description: String, tags: [Tag], at now: Date, in transaction: Transaction) throws -> Snapshot {
        var volume = volume
        let snapshot = try volume.snapshot(.random(), description: description, tags: tags, at: now)
        try VolumeTable(transaction).update(volume)
        try SnapshotTable(transaction).insert(snapshot)
        try TagTable(transaction).set(tags, on: .snapshot(snapshot.id), by: snapshot.owner)
        return snapshot
    }

    /// Begins a snapshot that was planned: of the volume as it is by now.
    static func begin(_ snapshot: Snapshot, of volume: Volume, at point: VolumePoint?, at now: Date, in transaction: Transaction) throws {
        let sources = VolumeSnapshotTable(transaction)
        if volume.shape.sizeGiB != snapshot.sizeGiB {
            try SnapshotTable(transaction).setSize(volume.shape.sizeGiB, of: snapshot.id)
            try ImageTable(transaction).setSize(volume.shape.sizeGiB, ofDevicesOver: snapshot.id)
        }
        try sources.insert(
            .init(
                snapshot: snapshot.id,
                volume: volume.id,
                account: volume.owner,
                base: volume.base,
                mergedThrough: volume.mergedThrough,
                layer: point?.layer,
                number: sources.nextNumber(of: volume.id)
            )
        )
        try JobTable(transaction).insert(
            Job(
                id: snapshot.id.rawValue,
                account: snapshot.owner,
                work: .volumeSnapshot(VolumeSnapshot(snapshot: snapshot.id)),
                createdAt: now
            )
        )
    }

    /// A volume whose key cannot be used has no snapshots and is attached to nothing: nobody could read it.
    func requireKey(of id: VolumeID) async throws {
        let account = call.account
        try await requireKey(of: try await call.store.database.read { try Self.own(id, of: account, in: $0) })
    }

    func requireKey(of volume: Volume) async throws {
        guard let arn = volume.encryption?.keyARN else { return }
        do {
            try await KeySelection.requireUsable(arn, of: call.keyRing, account: call.account)
        } catch let refusal as KeyRefusal {
            throw refusal.fault
        }
    }
}

extension Call {
    /// Takes a point in time of volumes, of all of them at one moment, for `body` to note in rows. A dry run takes none.
    package func withPoints<Value: Sendable>(
        of ids: [VolumeID],
        _ body: @escaping @Sendable ([VolumeID: VolumePoint]) async throws -> Value
    ) async throws -> Value {
        try await isDryRun ? body([:]) : store.disks.withPoints(of: ids, body)
    }
}

extension Snapshots {
    /// How many snapshots of an account are being uploaded or made of volumes.
    static func pendingCount(of account: AccountID, in transaction: Transaction) throws -> Int {
        try UploadTable(transaction).count(of: account) + VolumeSnapshotTable(transaction).count(of: account)
    }
}
