import Foundation

/// A volume, as a value. Its base is a block map that nothing changes: what it was made of, or what its latest completed snapshot has. What
/// was written since stands over it, in layers of its own (docs/formats/volume-overlay.md).
package struct Volume: Sendable, Equatable, Identifiable {
    package enum State: String, Sendable {
        case creating, available
        case inUse = "in-use"
        case deleting, deleted, error
    }

    /// The block map under what was written to a volume.
    package struct Base: Hashable, Sendable {
        /// The address of its root: 32 bytes.
        package let root: [UInt8]
        /// What its bytes are sealed in, which may be another domain than the volume's own; nil for the open one.
        package let domain: DomainID?

        package init(root: [UInt8], domain: DomainID?) {
            self.root = root
            self.domain = domain
        }
    }

    package let id: VolumeID
    package let owner: AccountID
    package let zone: AvailabilityZone
    package var state: State
    package var shape: VolumeShape
    package let createdAt: Date
    /// The snapshot that it was made of.
    package let snapshotID: SnapshotID?
    /// Nil for zeros.
    package var base: Base?
    /// The last layer of what was written that is in the base; 0 for none.
    package var mergedThrough: UInt64
    /// How its bytes are sealed; nil when they are stored in the open.
    package let encryption: SnapshotEncryption?
    /// What its snapshots have in common with the one that it was made of; nil for an empty volume that has none yet.
    package var lineage: SnapshotID?
    /// The latest of its snapshots, or the one that it was made of.
    package var parentID: SnapshotID?
    /// Whether it may be used at once after its bytes were in doubt.
    package var enablesIOByItself: Bool
    /// MiB a second, as it was asked for.
    package let initializationRate: Int?
    /// In the order of their instances.
    package var attachments: [VolumeAttachment]
    package var tags: [Tag]

    package init(
        id: VolumeID,
        owner: AccountID,
        zone: AvailabilityZone,
        state: State = .available,
        shape: VolumeShape,
        createdAt: Date,
        snapshotID: SnapshotID? = nil,
        base: Base? = nil,
        mergedThrough: UInt64 = 0,
        encryption: SnapshotEncryption? = nil,
        lineage: SnapshotID? = nil,
        parentID: SnapshotID? = nil,
        enablesIOByItself: Bool = false,
        initializationRate: Int? = nil,
        attachments: [VolumeAttachment] = [],
        tags: [Tag] = []
    ) {
        self.id = id
        self.owner = owner
        self.zone = zone
        self.state = state
        self.shape = shape
        self.createdAt = createdAt
        self.snapshotID = snapshotID
        self.base = base
        self.mergedThrough = mergedThrough
        self.encryption = encryption
        self.lineage = lineage
        self.parentID = parentID
        self.enablesIOByItself = enablesIOByItself
        self.initializationRate = initializationRate
        self.attachments = attachments
        self.tags = tags
    }

    /// MiB a second at which a volume of a snapshot can be asked to load.
    package static let initializationRates = 100...300

    /// Whether its bytes can be used: by a snapshot, an instance or a modification.
    package var isUsable: Bool { state == .available || state == .inUse }
}

extension Volume {
    /// The pending snapshot of what the volume holds now.
    package mutating func snapshot(_ id: SnapshotID, description: String, tags: [Tag], at now: Date) throws -> Snapshot {
        guard isUsable else { throw Fault(.incorrectState, "The volume '\(self.id)' is \(state.rawValue): it has no snapshots") }
        let snapshot = Snapshot(
            id: id,
            owner: owner,
            volumeID: self.id.rawValue,
            description: description,
            state: .pending,
            startedAt: now,
            sizeGiB: shape.sizeGiB,
            parentID: parentID,
            lineage: lineage ?? id,
            encryption: encryption,
            tags: tags
        )
        (lineage, parentID) = (snapshot.lineage, id)
        return snapshot
    }

    /// - Throws: `Fault` `VolumeInUse`; `IncorrectState` of one that is on its way.
    package func requireDeletable() throws {
        if let attachment = attachments.first {
            throw Fault(.volumeInUse, "Volume \(id) is currently attached to \(attachment.instance)")
        }
        guard state == .available || state == .error else {
            throw Fault(.incorrectState, "The volume '\(id)' is \(state.rawValue), not available")
        }
    }
}
