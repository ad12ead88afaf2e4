import Domain

/// What RegisterImage is asked for.
package struct ImageRegistration: Sendable {
    /// One requested block device.
    package struct Device: Sendable {
        package var name: String
        package var virtualName: String?
        package var isSuppressed = false
        package var volume: Volume?

        package init(name: String, virtualName: String? = nil, isSuppressed: Bool = false, volume: Volume? = nil) {
            self.name = name
            self.virtualName = virtualName
            self.isSuppressed = isSuppressed
            self.volume = volume
        }
    }

    /// The volume of a requested device.
    package struct Volume: Sendable {
        package var snapshotID: String?
        package var sizeGiB: Int?
        package var type: VolumeType?
        package var iops: Int?
        package var throughput: Int?
        /// In MiB/s, of a volume that a launch makes.
        package var initializationRate: Int?
        package var deletesOnTermination: Bool?
        package var encryption: EncryptionRequest

        package init(
            snapshotID: String? = nil,
            sizeGiB: Int? = nil,
            type: VolumeType? = nil,
            iops: Int? = nil,
            throughput: Int? = nil,
            initializationRate: Int? = nil,
            deletesOnTermination: Bool? = nil,
            encryption: EncryptionRequest = EncryptionRequest()
        ) {
            self.snapshotID = snapshotID
            self.sizeGiB = sizeGiB
            self.type = type
            self.iops = iops
            self.throughput = throughput
            self.initializationRate = initializationRate
            self.deletesOnTermination = deletesOnTermination
            self.encryption = encryption
        }
    }

    package var name: String
    package var description: String
    package var traits: MachineTraits
    package var rootDeviceName: String
    package var devices: [Device]
    package var tags: [Tag]

    package init(
        name: String,
        description: String,
        traits: MachineTraits,
        rootDeviceName: String,
        devices: [Device],
        tags: [Tag]
    ) {
        self.name = name
        self.description = description
        self.traits = traits
        self.rootDeviceName = rootDeviceName
        self.devices = devices
        self.tags = tags
    }
}
