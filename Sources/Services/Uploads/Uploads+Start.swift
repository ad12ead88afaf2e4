import Domain
import Foundation
import Metadata

/// What StartSnapshot is asked for.
package struct SnapshotStart: Sendable {
    package var sizeGiB: Int
    package var parentID: String?
    package var description: String
    package var timeoutMinutes: Int
    package var tags: [Tag]
    package var encryption: EncryptionRequest
    package var clientToken: ClientToken?

    package init(
        sizeGiB: Int,
        parentID: String?,
        description: String,
        timeoutMinutes: Int,
        tags: [Tag],
        encryption: EncryptionRequest = EncryptionRequest(),
        clientToken: ClientToken?
    ) {
        self.sizeGiB = sizeGiB
        self.parentID = parentID
        self.description = description
        self.timeoutMinutes = timeoutMinutes
        self.tags = tags
        self.encryption = encryption
        self.clientToken = clientToken
    }

    /// The pending snapshot that the blocks are put into.
    fileprivate func snapshot(over parent: Snapshot?, of owner: AccountID, encryption: SnapshotEncryption?, at now: Date) -> Snapshot {
        let id = SnapshotID.random()
        return Snapshot(
            id: id,
            owner: owner,
            // EBS direct snapshots belong to no volume; EC2 shows this placeholder.
            volumeID: Snapshot.copiedVolumeID,
            description: description,
            state: .pending,
            startedAt: now,
            sizeGiB: sizeGiB,
            parentID: parent?.id,
            lineage: parent?.lineage ?? id,
            encryption: encryption,
            tags: tags
        )
    }
}

extension Uploads {
    private static let action = RepeatableAction(
        name: "StartSnapshot",
        mismatch: Fault(
            .conflictException,
            "The client token was used before with other parameters: use a new token for a new snapshot"
        )
    )

    /// Starts a snapshot that blocks can be put into. A repeated call with the same token returns the same snapshot, as it is now.
    package func start(_ start: SnapshotStart) async throws -> Snapshot {
        try check(start)
        let parentID = try start.parentID.map(Self.id)
        let (account, now) = (call.account, call.now)
        let (pendingMax, quotas) = (try await call.quota(.pendingSnapshots), try await call.storageQuotas())
        return try await call.once(
            Self.action,
            with: start.clientToken,
            find: { id, transaction in
                guard let snapshot = try SnapshotTable(transaction).snapshot(Self.id(id)) else { throw Self.notFound(id) }
                return snapshot
            },
            check: { try await encryption(of: start, parentID: parentID) },
            make: { encryption, transaction in
                guard try Snapshots.pendingCount(of: account, in: transaction) < pendingMax else {
                    throw Fault(
                        .concurrentLimitExceededException,
                        "You have reached the limit of \(pendingMax) pending snapshots: complete or delete some"
                    )
                }
                do {
                    try quotas.requireRoom(forSnapshots: 1, in: transaction)
                } catch let fault as Fault {
                    throw Fault(.serviceQuotaExceededException, fault.message, reason: "DEPENDENCY_SERVICE_QUOTA_EXCEEDED")
                }
                let parent = try parentID.map { try Self.parent($0, sizeGiB: start.sizeGiB, of: account, in: transaction) }
                let snapshot = start.snapshot(over: parent, of: account, encryption: encryption, at: now)
                try SnapshotTable(transaction).insert(snapshot)
                try TagTable(transaction).set(start.tags, on: .snapshot(snapshot.id), by: account)
                try UploadTable(transaction).insert(
                    Upload(snapshotID: snapshot.id, parentRoot: parent?.root, timeoutMinutes: start.timeoutMinutes, lastPutAt: now)
                )
                return (snapshot.id.rawValue, snapshot)
            }
        )
    }

    private func check(_ start: SnapshotStart) throws {
        guard (1...Snapshot.sizeGiBMax).contains(start.sizeGiB) else {
            throw Self.invalid("INVALID_VOLUME_SIZE", "VolumeSize must be from 1 to \(Snapshot.sizeGiBMax) GiB, not \(start.sizeGiB)")
        }
        guard (10...4320).contains(start.timeoutMinutes) else {
            throw Self.invalid("INVALID_PARAMETER_VALUE", "Timeout must be from 10 to 4320 minutes, not \(start.timeoutMinutes)")
        }
        guard start.description.unicodeScalars.count <= 255 else {
            throw Self.invalid("INVALID_PARAMETER_VALUE", "Description must have at most 255 characters")
        }
        do {
            try TagRules.check(start.tags)
        } catch let fault as Fault {
            throw Self.invalid("INVALID_TAG", fault.message)
        }
    }

    static func parent(
        _ id: SnapshotID,
        sizeGiB: Int,
        of account: AccountID,
        in transaction: Transaction
    ) throws -> Snapshot {
        guard let parent = try SnapshotTable(transaction).snapshot(id), parent.owner == account else { throw notFound(id.rawValue) }
        guard parent.state == .completed else {
            throw invalid("INVALID_SNAPSHOT_ID", "The parent snapshot '\(id)' is not completed: it is \(parent.state.rawValue)")
        }
        guard parent.tier == .standard else { throw invalid("INVALID_SNAPSHOT_ID", parent.archivedMessage) }
        guard parent.sizeGiB <= sizeGiB else {
            throw invalid(
                "INVALID_VOLUME_SIZE",
                "VolumeSize of \(sizeGiB) GiB is smaller than that of the parent snapshot '\(id)', \(parent.sizeGiB) GiB"
            )
        }
        return parent
    }
}
