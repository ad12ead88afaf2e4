import Domain
import Wire

/// An image as DescribeImages shows it. Elements stand in the order of the service model; clients need those of docs/behaviour/images.md,
/// "What a description holds".
struct ImageItem: XMLEncodable {
    let image: Image

    func write(to xml: inout XMLWriter) {
        let traits = image.traits
        xml.element("imageId", image.id.rawValue)
        xml.element("imageLocation", image.location)
        xml.element("imageState", image.state.rawValue)
        xml.element("imageOwnerId", image.owner.rawValue)
        xml.element("creationDate", image.createdAt)
        xml.element("isPublic", image.isPublic)
        xml.list("productCodes", [String]())
        xml.element("architecture", traits.architecture.rawValue)
        xml.element("imageType", "machine")
        xml.element("kernelId", traits.kernelID)
        xml.element("ramdiskId", traits.ramdiskID)
        xml.element("platformDetails", "Linux/UNIX")
        xml.element("usageOperation", "RunInstances")
        if let reason = image.stateReason {
            xml.element("stateReason") { xml in
                xml.element("code", reason.code)
                xml.element("message", reason.message)
            }
        }
        xml.element("name", image.name)
        xml.element("description", image.description)
        xml.element("rootDeviceType", image.rootDeviceType.rawValue)
        xml.element("rootDeviceName", image.rootDeviceName.isEmpty ? nil : image.rootDeviceName)
        xml.list("blockDeviceMapping", image.devices) { xml, device in write(device, to: &xml) }
        xml.element("virtualizationType", traits.virtualization.rawValue)
        TagSet(tags: image.tags).writeIfAny(to: &xml)
        xml.element("hypervisor", "xen")
        xml.element("enaSupport", traits.enaSupport)
        xml.element("sriovNetSupport", traits.sriovNetSupport)
        xml.element("bootMode", traits.bootMode?.rawValue)
        xml.element("tpmSupport", traits.tpmSupport)
        xml.element("deprecationTime", image.deprecatedAt)
        xml.element("imdsSupport", traits.imdsSupport)
        xml.element("sourceInstanceId", image.sourceInstance?.rawValue)
        xml.element("deregistrationProtection", image.protection.text)
        xml.element("lastLaunchedTime", image.lastLaunchedAt)
        xml.element("imageAllowed", image.isAllowed)
        xml.element("sourceImageId", image.source?.id.rawValue)
        xml.element("sourceImageRegion", image.source?.region.rawValue)
        xml.element("freeTierEligible", false)
    }

    private func write(_ device: BlockDevice, to xml: inout XMLWriter) {
        xml.element("deviceName", device.name)
        switch device.target {
        case .ephemeral(let name):
            xml.element("virtualName", name)
        case .none:
            xml.element("noDevice", "")
        case .volume(let volume):
            xml.element("ebs") { xml in
                xml.element("snapshotId", volume.snapshotID?.rawValue)
                xml.element("volumeSize", volume.sizeGiB)
                xml.element("deleteOnTermination", volume.deletesOnTermination)
                xml.element("volumeType", volume.type.rawValue)
                xml.element("iops", volume.iops)
                xml.element("throughput", volume.throughput)
                xml.element("encrypted", volume.isEncrypted)
            }
        }
    }
}
