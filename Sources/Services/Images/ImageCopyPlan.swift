import Domain
import Foundation
import Metadata

/// The rows that a CopyImage makes: the image, its snapshots, and a copy for each. Pure until it is written.
struct ImageCopyPlan: Sendable {
    struct Source: Sendable {
        let region: Region
        let image: Image
        let snapshots: [Snapshot]
    }

    let image: Image
    private(set) var snapshots: [Snapshot]
    private(set) var copies: [SnapshotCopy]

    init(_ request: ImageCopy, of source: Source, by account: AccountID, at now: Date) throws {
        try ImageName.check(request.name)
        try TagRules.check(request.imageTags)
        try TagRules.check(request.snapshotTags)
        let id = ImageID.random()
        var snapshots: [Snapshot] = []
        var copies: [SnapshotCopy] = []
        var replacements: [SnapshotID: SnapshotID] = [:]
        for snapshot in source.snapshots {
            guard snapshot.state == .completed, let root = snapshot.root else { throw Images.unavailable(source.image.id) }
            let copied = snapshot.copied(
                as: .random(),
                by: account,
                description: SnapshotDescription.copied(to: id, from: source.image.id, snapshot: snapshot.id, at: now),
                completionMinutes: request.completionMinutes,
                tags: request.snapshotTags,
                at: now
            )
            replacements[snapshot.id] = copied.id
            snapshots.append(copied)
            copies.append(
                SnapshotCopy(
                    id: .random(),
                    snapshotID: copied.id,
                    account: account,
                    imageID: id,
                    sourceRegion: source.region,
                    sourceSnapshotID: snapshot.id,
                    sourceRoot: root,
                    createdAt: now,
                    target: request.completionMinutes.map { CompletionTarget(minutes: $0) },
                    progress: SnapshotCopy.Progress(bytesTotal: snapshot.dataBytes ?? 0)
                )
            )
        }
        image = Image(
            id: id,
            owner: account,
            name: request.name,
            description: request.description,
            state: .pending,
            createdAt: now,
            traits: source.image.traits,
            rootDeviceName: source.image.rootDeviceName,
            devices: try source.image.devices.map { try $0.replacingSnapshot(by: replacements, of: source.image.id) },
            source: Image.Source(id: source.image.id, region: source.region),
            // TagSpecification wins over a copied tag of the same key (ami-behaviour.md, section 1.6).
            tags: try TagRules.merge(request.copiesTags ? source.image.tags : [], with: request.imageTags)
        )
        self.snapshots = snapshots
        self.copies = copies
    }

    /// Starts the minutes of time-based copies, or throws when there is nothing to set aside for them.
    mutating func admit(_ admission: TimeBasedAdmission) throws {
        copies = try admission.admit(copies, at: image.createdAt)
        for (index, copy) in copies.enumerated() where copy.isShort {
            snapshots[index].statusMessage = copy.runningMessage(at: image.createdAt)
        }
    }

    func write(in transaction: Transaction) throws {
        let tags = TagTable(transaction)
        for snapshot in snapshots {
            try SnapshotTable(transaction).insert(snapshot)
            try tags.set(snapshot.tags, on: .snapshot(snapshot.id))
        }
        try ImageTable(transaction).insert(image)
        try tags.set(image.tags, on: .image(image.id))
        for copy in copies { try CopyTable(transaction).insert(copy) }
    }
}

extension BlockDevice {
    fileprivate func replacingSnapshot(by replacements: [SnapshotID: SnapshotID], of image: ImageID) throws -> BlockDevice {
        guard var volume, let snapshot = volume.snapshotID else { return self }
        // A source that has lost a snapshot cannot be copied whole, so it is not copied at all.
        guard let replacement = replacements[snapshot] else { throw Images.unavailable(image) }
        volume.snapshotID = replacement
        return BlockDevice(name: name, target: .volume(volume))
    }
}

extension Snapshot {
    /// The pending snapshot that a copy of this one fills (ami-behaviour.md, sections 1.4 and 3.1).
    func copied(
        as id: SnapshotID,
        by account: AccountID,
        description: String,
        completionMinutes: Int?,
        tags: [Tag],
        at now: Date
    ) -> Snapshot {
        Snapshot(
            id: id,
            owner: account,
            volumeID: Snapshot.copiedVolumeID,
            description: description,
            state: .pending,
            startedAt: now,
            sizeGiB: sizeGiB,
            lineage: lineage,
            transferType: completionMinutes == nil ? .standard : .timeBased,
            completionMinutes: completionMinutes,
            tags: tags
        )
    }
}
