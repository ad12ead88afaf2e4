import Domain

/// Turns requested devices into an image's block device mapping, by the rules of RegisterImage (docs/behaviour/images.md, "Block devices").
struct BlockDeviceRules {
    static let countMax = 128
    static let nameBytesMax = 255

    let rootDeviceName: String
    /// The snapshots that the request names and the caller sees, by id.
    let snapshots: [SnapshotID: Snapshot]

    func devices(_ requested: [ImageRegistration.Device]) throws -> [BlockDevice] {
        try Self.checkNames(of: requested)
        let devices = try requested.map(device)
        guard devices.contains(where: { $0.name == rootDeviceName && $0.volume?.snapshotID != nil }) else {
            throw Self.invalid("The root device '\(rootDeviceName)' must be mapped to a snapshot")
        }
        return devices
    }

    /// Each device is mapped once, and they are not too many.
    static func checkNames(of requested: [ImageRegistration.Device]) throws {
        guard requested.count <= countMax else { throw invalid("At most \(countMax) block devices can be mapped") }
        var names = Set<String>()
        for device in requested {
            guard names.insert(device.name).inserted else {
                throw invalid("The device '\(device.name)' is used in more than one block-device mapping")
            }
            guard device.name.utf8.count <= nameBytesMax else {
                throw invalid("The name of a device has at most \(nameBytesMax) characters")
            }
        }
    }

    /// A device that is suppressed or a disk of the machine itself; nil for one with a volume.
    static func withoutVolume(_ device: ImageRegistration.Device) throws -> BlockDevice? {
        if device.isSuppressed { return BlockDevice(name: device.name, target: .none) }
        if let virtualName = device.virtualName {
            guard device.volume == nil else { throw invalid("The device '\(device.name)' has both a virtual name and a volume") }
            guard isEphemeral(virtualName) else {
                throw invalid("'\(virtualName)' is not a virtual name of a device: expected ephemeral0 to ephemeral99")
            }
            return BlockDevice(name: device.name, target: .ephemeral(virtualName: virtualName))
        }
        guard device.volume != nil else {
            throw Fault(.missingParameter, "The request must contain the parameter ebs")
        }
        return nil
    }

    static func isEphemeral(_ virtualName: String) -> Bool { virtualName.wholeMatch(of: /ephemeral[0-9]{1,2}/) != nil }

    /// As it is registered.
    func device(_ device: ImageRegistration.Device) throws -> BlockDevice {
        if let plain = try Self.withoutVolume(device) { return plain }
        guard let volume = device.volume else { preconditionFailure("a device that is neither suppressed nor virtual has a volume") }
        return BlockDevice(name: device.name, target: .volume(try template(volume, isRoot: device.name == rootDeviceName)))
    }

    private func template(_ volume: ImageRegistration.Volume, isRoot: Bool) throws -> VolumeTemplate {
        let snapshot = try volume.snapshotID.map(self.snapshot)
        let isEncrypted = try VolumeEncryptionRules.isEncrypted(volume.encryption, snapshot: snapshot)
        guard let size = volume.sizeGiB ?? snapshot?.sizeGiB else {
            throw Fault(.missingParameter, "The request must contain the parameter size or snapshotId")
        }
        guard (1...Snapshot.sizeGiBMax).contains(size) else {
            throw Self.invalid("A volume of \(size) GiB is not possible: expected 1 to \(Snapshot.sizeGiBMax)")
        }
        if let snapshot, size < snapshot.sizeGiB {
            throw Self.invalid("Volume of size \(size)GB is smaller than snapshot '\(snapshot.id)', expect size >= \(snapshot.sizeGiB)GB")
        }
        let type = volume.type ?? .gp2
        if volume.iops != nil, !type.takesIOPS {
            throw Fault(.invalidParameterCombination, "The parameter iops is not supported for \(type.rawValue) volumes.")
        }
        if volume.throughput != nil, !type.takesThroughput {
            throw Fault(.invalidParameterCombination, "The parameter throughput is not supported for \(type.rawValue) volumes.")
        }
        if let iops = volume.iops, !(100...256_000).contains(iops) {
            throw Fault(.invalidParameterValue, "\(iops) IOPS are not possible: expected 100 to 256000")
        }
        if let throughput = volume.throughput, !(125...2_000).contains(throughput) {
            throw Fault(.invalidParameterValue, "A throughput of \(throughput) MiB/s is not possible: expected 125 to 2000")
        }
        if [.io1, .io2].contains(type), volume.iops == nil {
            throw Fault(.missingParameter, "The parameter iops must be specified for \(type.rawValue) volumes.")
        }
        return VolumeTemplate(
            snapshotID: snapshot?.id,
            sizeGiB: size,
            type: type,
            iops: volume.iops,
            throughput: volume.throughput,
            deletesOnTermination: volume.deletesOnTermination ?? isRoot,
            isEncrypted: isEncrypted
        )
    }

    private func snapshot(_ text: String) throws -> Snapshot {
        let id = try Snapshots.id(text)
        guard let snapshot = snapshots[id] else { throw Snapshots.notFound(text) }
        guard snapshot.state == .completed else {
            throw Fault(.incorrectState, "Snapshot '\(id)' is not completed: it is \(snapshot.state.rawValue)")
        }
        try snapshot.requireStandardTier()
        return snapshot
    }

    static func rootWithoutVolume(_ name: String) -> Fault {
        invalid("The root device '\(name)' must have a volume: it can be neither suppressed nor replaced")
    }

    static func invalid(_ message: String) -> Fault { Fault(.invalidBlockDeviceMapping, message) }
}
