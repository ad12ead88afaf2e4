/// One entry of an image's block device mapping.
package struct BlockDevice: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        case volume(VolumeTemplate)
        /// An instance-store device, as `ephemeral0`.
        case ephemeral(virtualName: String)
        /// Suppresses a device.
        case none
    }

    package let name: String
    package var target: Target

    package init(name: String, target: Target) {
        self.name = name
        self.target = target
    }

    package var volume: VolumeTemplate? {
        if case .volume(let volume) = target { volume } else { nil }
    }
}
