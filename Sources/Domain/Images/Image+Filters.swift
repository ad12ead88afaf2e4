import Foundation

extension Image: Filterable {
    /// Every filter of DescribeImages (docs/behaviour/images.md, "Image filters"), `tag:` ones aside.
    package static let filterNames: Set<String> = [
        "architecture", "block-device-mapping.delete-on-termination", "block-device-mapping.device-name",
        "block-device-mapping.snapshot-id", "block-device-mapping.volume-size", "block-device-mapping.volume-type",
        "block-device-mapping.encrypted", "creation-date", "description", "ena-support", "free-tier-eligible", "hypervisor",
        "image-allowed", "image-id", "image-type", "is-public", "kernel-id", "manifest-location", "name", "owner-alias", "owner-id",
        "platform", "product-code", "product-code.type", "ramdisk-id", "root-device-name", "root-device-type", "source-image-id",
        "source-image-region", "source-instance-id", "state", "state-reason-code", "state-reason-message", "sriov-net-support",
        "virtualization-type", "tag-key", "tag-value", "public-ssm-parameter-name", "image-watermark.watermark-key",
        "image-watermark.source-image-id", "image-watermark.source-image-region", "image-watermark.source-image-creation-time",
        "image-watermark.watermark-creation-time",
    ]

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "architecture": [traits.architecture.rawValue]
        case "block-device-mapping.device-name": devices.map(\.name)
        case "block-device-mapping.delete-on-termination": volumes.map { String($0.deletesOnTermination) }
        case "block-device-mapping.snapshot-id": snapshotIDs.map(\.rawValue)
        case "block-device-mapping.volume-size": volumes.map { String($0.sizeGiB) }
        case "block-device-mapping.volume-type": volumes.map(\.type.rawValue)
        case "block-device-mapping.encrypted": volumes.map { String($0.isEncrypted) }
        case "creation-date": [ISO8601.text(createdAt)]
        case "description": [description]
        case "ena-support": [String(traits.enaSupport)]
        case "free-tier-eligible": ["false"]
        case "hypervisor": ["xen"]
        case "image-allowed": [String(isAllowed)]
        case "image-id": [id.rawValue]
        case "image-type": ["machine"]
        case "is-public": [String(isPublic)]
        case "kernel-id": [traits.kernelID].compactMap(\.self)
        case "manifest-location": [location]
        case "name": [self.name]
        case "owner-id": [owner.rawValue]
        case "ramdisk-id": [traits.ramdiskID].compactMap(\.self)
        case "root-device-name": rootDeviceName.isEmpty ? [] : [rootDeviceName]
        case "root-device-type": [rootDeviceType.rawValue]
        case "source-image-id": [source?.id.rawValue].compactMap(\.self)
        case "source-image-region": [source?.region.rawValue].compactMap(\.self)
        case "source-instance-id": [sourceInstance?.rawValue].compactMap(\.self)
        case "state": [state.rawValue]
        case "state-reason-code": [stateReason?.code].compactMap(\.self)
        case "state-reason-message": [stateReason?.message].compactMap(\.self)
        case "sriov-net-support": [traits.sriovNetSupport].compactMap(\.self)
        case "virtualization-type": [traits.virtualization.rawValue]
        // Nothing sets these yet: the filter is known and matches no image.
        default: Self.filterNames.contains(name) ? [] : nil
        }
    }

    private var volumes: [VolumeTemplate] { devices.compactMap(\.volume) }
}
