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
    /// Of an instance-store image: what copies its bundle.
    let job: Job?

    /// - Parameters:
    ///   - encryptions: how each copy is kept, by the id of its source.
    ///   - bucket: where the bundle of an instance-store image goes.
    ///   - caller: in whose name it is read there.
    init(
        _ request: ImageCopy,
        of source: Source,
        encryptions: [SnapshotID: CopiedEncryption] = [:],
        bucket: BucketName? = nil,
        into destination: Region,
        by account: AccountID,
        caller: JobCaller? = nil,
        at now: Date
    ) throws {
        try Self.check(request)
        let id = ImageID.random()
        var snapshots: [Snapshot] = []
        var copies: [SnapshotCopy] = []
        var replacements: [SnapshotID: Snapshot] = [:]
        for snapshot in source.snapshots {
            guard snapshot.state == .completed, let root = snapshot.root else { throw Images.unavailable(source.image.id) }
            try snapshot.requireStandardTier()
            // A source whose encryption is not settled must not become an open copy.
            guard let encryption = encryptions[snapshot.id] else { throw Images.unavailable(source.image.id) }
            let copied = snapshot.copied(
                as: .random(),
                by: account,
                description: SnapshotDescription.copied(to: id, from: source.image.id, snapshot: snapshot.id, at: now),
                completionMinutes: request.completionMinutes,
                encryption: encryption.encryption,
                tags: request.snapshotTags,
                at: now
            )
            replacements[snapshot.id] = copied
            snapshots.append(copied)
            copies.append(
                SnapshotCopy(
                    filling: copied,
                    from: snapshot,
                    in: source.region,
                    root: root,
                    of: id,
                    failingFor: encryption.doom
                )
            )
        }
        let place = bucket.flatMap { ManifestLocation(rawValue: "\($0)/\(id)/\(Self.manifestName)") }
        let bundle = source.image.bundle?.copied(to: place)
        guard (source.image.bundle == nil) == (bundle == nil) else { throw Images.unavailable(source.image.id) }
        job = Self.job(copying: source, as: id, by: account, caller, at: now)
        image = try source.image.copied(
            as: id,
            by: account,
            request: request,
            from: source.region,
            replacements,
            into: destination,
            bundle: bundle,
            at: now
        )
        self.snapshots = snapshots
        self.copies = copies
    }

    /// What copies the bundle of an instance-store image; nil for any other.
    private static func job(copying source: Source, as id: ImageID, by account: AccountID, _ caller: JobCaller?, at now: Date) -> Job? {
        source.image.bundle.map { bundle in
            Job(
                id: id.rawValue,
                account: account,
                caller: caller,
                work: .bundleCopy(BundleCopy(region: source.region, image: source.image.id, bundle: bundle)),
                createdAt: now,
                progress: Job.Progress(bytesTotal: bundle.bundleBytes)
            )
        }
    }

    /// What whoever copies a bundle does with the objects of its copy, which have an ACL.
    static let actionsOnBundle = ["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]

    /// What the manifest of a copied bundle is called, whatever its source's is.
    static let manifestName = "image.manifest.xml"

    static func check(_ request: ImageCopy) throws {
        for rule in ImageCopyRules.ofRequest { try rule(request) }
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
            try tags.set(snapshot.tags, on: .snapshot(snapshot.id), by: snapshot.owner)
        }
        try ImageTable(transaction).insert(image)
        try tags.set(image.tags, on: .image(image.id), by: image.owner)
        for copy in copies { try CopyTable(transaction).insert(copy) }
        if let job { try JobTable(transaction).insert(job) }
    }
}

extension Image {
    /// The pending image that a copy of this one fills.
    fileprivate func copied(
        as id: ImageID,
        by account: AccountID,
        request: ImageCopy,
        from region: Region,
        _ replacements: [SnapshotID: Snapshot],
        into destination: Region,
        bundle: ImageBundle?,
        at now: Date
    ) throws -> Image {
        var traits = traits
        traits.kernelID = KernelMap.moved(traits.kernelID, from: region, into: destination)
        return Image(
            id: id,
            owner: account,
            name: request.name,
            description: request.description,
            state: .pending,
            createdAt: now,
            traits: traits,
            rootDeviceName: rootDeviceName,
            devices: try devices.map { try $0.replacingSnapshot(by: replacements, of: self.id) },
            bundle: bundle,
            source: Source(id: self.id, region: region),
            // TagSpecification wins over a copied tag of the same key (docs/behaviour/tags.md, "Copied tags").
            tags: try TagRules.merge(request.copiesTags ? tags : [], with: request.imageTags)
        )
    }
}

extension ImageBundle {
    /// The same bundle at another place, whose manifest is not there yet.
    fileprivate func copied(to place: ManifestLocation?) -> ImageBundle? {
        place.map { ImageBundle(manifest: $0, version: "", etag: "", imageBytes: imageBytes, bundleBytes: bundleBytes) }
    }
}

extension BlockDevice {
    fileprivate func replacingSnapshot(by replacements: [SnapshotID: Snapshot], of image: ImageID) throws -> BlockDevice {
        guard var volume, let snapshot = volume.snapshotID else { return self }
        // A source that has lost a snapshot cannot be copied whole, so it is not copied at all.
        guard let replacement = replacements[snapshot] else { throw Images.unavailable(image) }
        volume.snapshotID = replacement.id
        volume.isEncrypted = replacement.encryption != nil
        return BlockDevice(name: name, target: .volume(volume))
    }
}

extension Snapshot {
    /// The pending snapshot that a copy of this one fills (docs/behaviour/copying-images.md, "The new snapshots").
    func copied(
        as id: SnapshotID,
        by account: AccountID,
        description: String,
        completionMinutes: Int?,
        encryption: SnapshotEncryption?,
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
            encryption: encryption,
            tags: tags
        )
    }
}
