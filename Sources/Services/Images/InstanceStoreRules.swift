import Bundles
import Domain

/// What a manifest makes of the image that is registered from it (docs/behaviour/instance-store-images.md, "Registering").
struct InstanceStoreRules {
    private static let idBytesMax = 32

    private let manifest: BundleManifest

    init(_ manifest: BundleManifest) { self.manifest = manifest }

    /// Empty when the manifest names none.
    var rootDeviceName: String { manifest.mappings.first { $0.virtual == "root" }?.device ?? "" }

    /// - Throws: `BundleError` when the manifest is of no such machine image.
    func traits(_ registration: BundleRegistration) throws -> MachineTraits {
        guard manifest.kind == .machine else {
            throw BundleError("The bundle is a \(manifest.kind.rawValue) and not a machine image.")
        }
        guard manifest.productCodes.isEmpty else {
            throw Fault(.unsupportedOperation, "The manifest has product codes, which this version of Ferry does not support")
        }
        let architecture: MachineTraits.Architecture =
            switch manifest.architecture {
            case .i386: .i386
            case .amd64: .amd64
            }
        if let expected = registration.architecture, expected != architecture {
            throw BundleError("The manifest is of an image for \(architecture.rawValue), and \(expected.rawValue) was asked for.")
        }
        for id in [manifest.kernelID, manifest.ramdiskID].compactMap(\.self) where id.utf8.count > Self.idBytesMax {
            throw BundleError("The kernel or ramdisk of the manifest has an id of more than \(Self.idBytesMax) bytes.")
        }
        var traits = registration.traits
        traits.architecture = architecture
        traits.kernelID = traits.kernelID ?? manifest.kernelID
        traits.ramdiskID = traits.ramdiskID ?? manifest.ramdiskID
        return traits
    }

    /// The manifest's devices, and those of the request, which replace others of the same name.
    ///
    /// - Throws: `BundleError` for mappings of the manifest, `Fault` `InvalidBlockDeviceMapping` for those of the request.
    func devices(_ registration: BundleRegistration) throws -> [BlockDevice] {
        try BlockDeviceRules.checkNames(of: registration.devices)
        let added = try registration.devices.map { device in
            guard let plain = try BlockDeviceRules.withoutVolume(device) else {
                throw Fault(
                    .invalidBlockDeviceMapping,
                    "The device '\(device.name)' is a volume: an instance-store image maps instance-store devices only"
                )
            }
            return plain
        }
        let replaced = Set(added.map { BundleManifest.Mapping.short($0.name) })
        let devices = try bundled().filter { !replaced.contains(BundleManifest.Mapping.short($0.name)) } + added
        guard devices.count <= BlockDeviceRules.countMax else {
            throw BundleError("More than \(BlockDeviceRules.countMax) block devices are mapped.")
        }
        return devices
    }

    private func bundled() throws(BundleError) -> [BlockDevice] {
        var (devices, names) = ([BlockDevice](), Set<String>())
        for mapping in manifest.mappings {
            guard mapping.device.utf8.count <= BlockDeviceRules.nameBytesMax else {
                throw BundleError("The name of a device in the manifest has more than \(BlockDeviceRules.nameBytesMax) bytes.")
            }
            if mapping.isBundledDisk { continue }
            guard mapping.virtual == "swap" || BlockDeviceRules.isEphemeral(mapping.virtual) else {
                throw BundleError(
                    "The manifest maps '\(mapping.virtual.prefix(32))': expected ami, root, swap or ephemeral0 to ephemeral99."
                )
            }
            guard names.insert(BundleManifest.Mapping.short(mapping.device)).inserted else {
                throw BundleError("The manifest maps the device '\(mapping.device)' twice.")
            }
            devices.append(BlockDevice(name: mapping.device, target: .ephemeral(virtualName: mapping.virtual)))
        }
        return devices
    }
}
