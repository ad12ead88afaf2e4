import Domain

/// What RegisterImage is asked for when the image is a bundle.
package struct BundleRegistration: Sendable {
    package var name: String
    package var description: String
    /// `bucket/path/image.manifest.xml`.
    package var location: String
    /// Its architecture is that of the manifest; kernel and ramdisk too, unless they are given.
    package var traits: MachineTraits
    /// What the caller takes the architecture for.
    package var architecture: MachineTraits.Architecture?
    package var rootDeviceName: String?
    /// Beside those of the manifest.
    package var devices: [ImageRegistration.Device]
    package var tags: [Tag]

    package init(
        name: String,
        description: String,
        location: String,
        traits: MachineTraits,
        architecture: MachineTraits.Architecture? = nil,
        rootDeviceName: String? = nil,
        devices: [ImageRegistration.Device] = [],
        tags: [Tag] = []
    ) {
        self.name = name
        self.description = description
        self.location = location
        self.traits = traits
        self.architecture = architecture
        self.rootDeviceName = rootDeviceName
        self.devices = devices
        self.tags = tags
    }
}
