import Foundation

/// A snapshot, as a value. Its bytes are the block map under `root`.
package struct Snapshot: Sendable, Equatable, Identifiable {
    /// How many bytes a block has: 512 KiB, as in the EBS direct APIs.
    package static let blockBytes: Int64 = 524_288
    package static let sizeGiBMax = 65_536

    package let id: SnapshotID
    package let owner: AccountID
    package var volumeID: String
    package var description: String
    package var state: SnapshotState
    package var statusMessage: String?
    /// 0 to 100.
    package var progressPercent: Int
    package let startedAt: Date
    package var completedAt: Date?
    package let sizeGiB: Int
    /// The snapshot that StartSnapshot named as parent.
    package var parentID: SnapshotID?
    /// Snapshots that came from one another, by parent or by copy, share a lineage.
    package var lineage: SnapshotID
    /// The address of the block map's root: 32 bytes, set when completed.
    package var root: [UInt8]?
    /// Bytes of the blocks that hold data, set when completed.
    package var dataBytes: Int64?
    /// How it was copied; `nil` when it is no copy.
    package var transferType: TransferType?
    /// The minutes in which a time-based copy is to be done.
    package var completionMinutes: Int?
    /// How its bytes are sealed; `nil` when they are stored in the open.
    package let encryption: SnapshotEncryption?
    package var tier: StorageTier
    /// When it goes back into the archive; nil when it is not here for a time.
    package var restoreExpiresAt: Date?
    package var tags: [Tag]

    package init(
        id: SnapshotID,
        owner: AccountID,
        volumeID: String,
        description: String,
        state: SnapshotState,
        statusMessage: String? = nil,
        progressPercent: Int = 0,
        startedAt: Date,
        completedAt: Date? = nil,
        sizeGiB: Int,
        parentID: SnapshotID? = nil,
        lineage: SnapshotID,
        root: [UInt8]? = nil,
        dataBytes: Int64? = nil,
        transferType: TransferType? = nil,
        completionMinutes: Int? = nil,
        encryption: SnapshotEncryption? = nil,
        tier: StorageTier = .standard,
        restoreExpiresAt: Date? = nil,
        tags: [Tag] = []
    ) {
        self.id = id
        self.owner = owner
        self.volumeID = volumeID
        self.description = description
        self.state = state
        self.statusMessage = statusMessage
        self.progressPercent = progressPercent
        self.startedAt = startedAt
        self.completedAt = completedAt
        self.sizeGiB = sizeGiB
        self.parentID = parentID
        self.lineage = lineage
        self.root = root
        self.dataBytes = dataBytes
        self.transferType = transferType
        self.completionMinutes = completionMinutes
        self.encryption = encryption
        self.tier = tier
        self.restoreExpiresAt = restoreExpiresAt
        self.tags = tags
    }

    /// The volume that a copied snapshot names (docs/behaviour/copying-images.md, "The new snapshots").
    package static let copiedVolumeID = "vol-ffffffff"

    package var volumeBytes: UInt64 { UInt64(sizeGiB) << 30 }
    package var blockCount: Int64 { Int64(sizeGiB) << 11 }
}
