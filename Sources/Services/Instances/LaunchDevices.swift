import Domain
import Metadata

/// Lays what a launch says of block devices over what its image maps (docs/behaviour/instances.md, "Block devices").
struct LaunchDevices {
    /// A volume that an instance is to have.
    struct Planned: Sendable {
        let name: String
        let snapshotID: SnapshotID?
        let shape: VolumeShapeRequest
        let encryption: EncryptionRequest
        let initializationRate: Int?
        let deletesOnTermination: Bool
    }

    let image: Image
    /// Those of the image, and those that the request names and the caller sees.
    let snapshots: [SnapshotID: Snapshot]

    /// In the order of the image's devices; those that the request adds stand behind them.
    func volumes(_ requested: [ImageRegistration.Device]) throws -> [Planned] {
        try BlockDeviceRules.checkNames(of: requested)
        let asked = Dictionary(uniqueKeysWithValues: requested.map { ($0.name, $0) })
        let known = Set(image.devices.map(\.name))
        let mapped = try image.devices.compactMap { try planned(asked[$0.name], over: $0) }
        let added = try requested.filter { !known.contains($0.name) }.compactMap { try planned($0, over: nil) }
        guard mapped.count + added.count <= VolumeAttachment.perInstanceMax else {
            throw Fault(
                .attachmentLimitExceeded,
                "An instance can have at most \(VolumeAttachment.perInstanceMax) volumes, not \(mapped.count + added.count)"
            )
        }
        return mapped + added
    }

    /// Nil for a device without a volume.
    private func planned(_ asked: ImageRegistration.Device?, over device: BlockDevice?) throws -> Planned? {
        let (name, template) = (asked?.name ?? device?.name ?? "", device?.volume)
        let isRoot = name == image.rootDeviceOfInstances
        if let asked, let plain = try BlockDeviceRules.withoutVolume(asked) {
            guard !isRoot || image.rootDeviceType == .instanceStore else { throw BlockDeviceRules.rootWithoutVolume(name) }
            // No type has disks of its own: what maps one is taken, and nothing is made, as EC2 does then.
            _ = plain
            return nil
        }
        guard asked?.volume != nil || template != nil else { return nil }
        guard !isRoot || image.rootDeviceType == .ebs else {
            throw BlockDeviceRules.invalid("The root device '\(name)' of an instance-store image is no volume")
        }
        return try planned(asked?.volume, named: name, over: template, isRoot: isRoot)
    }

    private func planned(_ asked: ImageRegistration.Volume?, named name: String, over template: VolumeTemplate?, isRoot: Bool) throws
        -> Planned
    {
        let (named, own) = (try asked?.snapshotID.map(Snapshots.id), template?.snapshotID)
        if isRoot, let named, named != own { throw BlockDeviceRules.invalid("snapshotId can not be modified on root device") }
        let snapshotID = named ?? own
        var snapshot: Snapshot?
        if let snapshotID {
            guard let found = snapshots[snapshotID] else { throw Snapshots.notFound(snapshotID.rawValue) }
            snapshot = found
        }
        let size = asked?.sizeGiB ?? (named == nil || named == own ? template?.sizeGiB : nil)
        guard size != nil || snapshot != nil else {
            throw Fault(.missingParameter, "The request must contain the parameter size or snapshotId")
        }
        if let size, let snapshot, size < snapshot.sizeGiB {
            throw BlockDeviceRules.invalid(
                "Volume of size \(size)GB is smaller than snapshot '\(snapshot.id)', expect size >= \(snapshot.sizeGiB)GB"
            )
        }
        let type = asked?.type ?? template?.type ?? .gp2
        // Of another type, what the image says of speed means nothing.
        let likeTemplate = type == template?.type
        var encryption = asked?.encryption ?? EncryptionRequest()
        if snapshot == nil, template?.isEncrypted == true, encryption.isEncrypted == nil {
            encryption = EncryptionRequest(isEncrypted: true, key: encryption.key)
        }
        if let snapshot, snapshot.encryption != nil, encryption.isEncrypted == false {
            throw BlockDeviceRules.invalid(
                "the encrypted flag cannot be false for device '\(name)': its snapshot '\(snapshot.id)' is encrypted"
            )
        }
        return Planned(
            name: name,
            snapshotID: snapshotID,
            shape: VolumeShapeRequest(
                type: type,
                sizeGiB: size,
                iops: asked?.iops ?? (likeTemplate ? template?.iops : nil),
                throughput: asked?.throughput ?? (likeTemplate ? template?.throughput : nil)
            ),
            encryption: encryption,
            initializationRate: asked?.initializationRate,
            deletesOnTermination: asked?.deletesOnTermination ?? template?.deletesOnTermination ?? isRoot
        )
    }
}

extension Image {
    /// What the root device of its instances is called. Many bundles do not say.
    var rootDeviceOfInstances: String { rootDeviceName.isEmpty ? "/dev/sda1" : rootDeviceName }
}
