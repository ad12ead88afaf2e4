/// ImportImage: disks in objects, or in one OVA, become an image (docs/behaviour/image-stores-and-import.md, "Imports"). The disks are
/// taken as they are: nothing is changed in the guest.
package struct ImageImport: Hashable, Sendable, Codable {
    /// A disk: an object, or a snapshot that is there already.
    package struct Disk: Hashable, Sendable, Codable {
        package var source: ImportSource?
        package let snapshot: SnapshotID?
        package let deviceName: String?
        package let description: String?

        package init(source: ImportSource?, snapshot: SnapshotID?, deviceName: String?, description: String?) {
            self.source = source
            self.snapshot = snapshot
            self.deviceName = deviceName
            self.description = description
        }
    }

    package let disks: [Disk]
    package let description: String
    /// The image that there will be. It is listed when it is whole.
    package let image: ImageID
    package let traits: MachineTraits
    /// `Linux` or `Windows`, as it was given.
    package let platform: String?
    package let licenseType: String?
    package let encryption: SnapshotEncryption?
    package let role: String?

    package init(
        disks: [Disk],
        description: String,
        image: ImageID,
        traits: MachineTraits,
        platform: String?,
        licenseType: String?,
        encryption: SnapshotEncryption?,
        role: String?
    ) {
        self.disks = disks
        self.description = description
        self.image = image
        self.traits = traits
        self.platform = platform
        self.licenseType = licenseType
        self.encryption = encryption
        self.role = role
    }
}
