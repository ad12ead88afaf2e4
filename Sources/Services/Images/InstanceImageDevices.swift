import Domain

/// Turns the volumes of an instance into the devices of an image of it, and lays over them what CreateImage says of devices
/// (docs/behaviour/images.md, "Images of instances").
struct InstanceImageDevices {
    /// A device, and the volume whose snapshot it is to have.
    struct Planned: Sendable {
        var device: BlockDevice
        let volume: Volume?
    }

    let instance: Instance
    let volumes: [Volume]
    /// What the instance was launched from, if that is still known.
    let source: Image?
    let rules: BlockDeviceRules

    /// The root device first, the instance's others by their names, then those that the request adds.
    func devices(_ requested: [ImageRegistration.Device]) throws -> [Planned] {
        try BlockDeviceRules.checkNames(of: requested)
        let asked = Dictionary(uniqueKeysWithValues: requested.map { ($0.name, $0) })
        let own = volumes.compactMap { volume in attachment(of: volume).map { (volume: volume, attachment: $0) } }
            .sorted { place($0.attachment) < place($1.attachment) }
        guard own.first?.attachment.device == instance.rootDeviceName else {
            throw instance.invalid("Instance does not have a volume attached at root (\(instance.rootDeviceName))")
        }
        let kept = try own.compactMap { try device(over: $0.volume, $0.attachment, asked[$0.attachment.device]) }
        let names = Set(own.map(\.attachment.device))
        // Disks of the machine itself are none of the instance's volumes: the image maps them as the one that it comes from.
        let ephemeral = (source?.devices ?? []).filter { device in
            guard case .ephemeral = device.target else { return false }
            return !names.contains(device.name) && asked[device.name] == nil
        }
        let added = try requested.filter { !names.contains($0.name) && !$0.isSuppressed }.map(rules.device)
        let all = kept + (ephemeral + added).map { Planned(device: $0, volume: nil) }
        guard all.count <= BlockDeviceRules.countMax else {
            throw BlockDeviceRules.invalid("At most \(BlockDeviceRules.countMax) block devices can be mapped")
        }
        return all
    }

    private func attachment(of volume: Volume) -> VolumeAttachment? { volume.attachments.first { $0.instance == instance.id } }

    private func place(_ attachment: VolumeAttachment) -> (Int, String) {
        (attachment.device == instance.rootDeviceName ? 0 : 1, attachment.device)
    }

    /// Nil for a volume that is left out.
    private func device(over volume: Volume, _ attachment: VolumeAttachment, _ asked: ImageRegistration.Device?) throws -> Planned? {
        let (name, shape) = (attachment.device, volume.shape)
        if let asked, let plain = try BlockDeviceRules.withoutVolume(asked) {
            guard name != instance.rootDeviceName else { throw BlockDeviceRules.rootWithoutVolume(name) }
            return asked.isSuppressed ? nil : Planned(device: plain, volume: nil)
        }
        if let asked = asked?.volume { try requireUnchanged(asked, of: volume, at: name) }
        let template = VolumeTemplate(
            snapshotID: nil,
            sizeGiB: shape.sizeGiB,
            type: shape.type,
            iops: shape.type.takesIOPS ? shape.iops : nil,
            throughput: shape.type.takesThroughput ? shape.throughput : nil,
            deletesOnTermination: asked?.volume?.deletesOnTermination ?? attachment.deletesOnTermination,
            isEncrypted: volume.encryption != nil
        )
        return Planned(device: BlockDevice(name: name, target: .volume(template)), volume: volume)
    }

    /// What is said of a volume that is there must be so, but for `DeleteOnTermination`.
    private func requireUnchanged(_ asked: ImageRegistration.Volume, of volume: Volume, at name: String) throws {
        func refuse(_ parameter: String) -> Fault {
            BlockDeviceRules.invalid(
                "The parameter \(parameter) of the device '\(name)' cannot be changed: an image has the volume '\(volume.id)' as it is"
            )
        }
        let shape = volume.shape
        if asked.snapshotID != nil { throw refuse("SnapshotId") }
        if let size = asked.sizeGiB, size != shape.sizeGiB { throw refuse("VolumeSize") }
        if let type = asked.type, type != shape.type { throw refuse("VolumeType") }
        if let iops = asked.iops, iops != shape.iops { throw refuse("Iops") }
        if let throughput = asked.throughput, throughput != shape.throughput { throw refuse("Throughput") }
        if asked.encryption.key != nil { throw refuse("KmsKeyId") }
        // Of an encrypted volume it means nothing.
        if asked.encryption.isEncrypted == true, volume.encryption == nil { throw refuse("Encrypted") }
    }
}
