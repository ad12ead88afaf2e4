import Domain
import Wire

/// A volume as DescribeVolumes shows it.
struct VolumeItem: XMLEncodable {
    let volume: Volume

    func write(to xml: inout XMLWriter) {
        xml.element("availabilityZoneId", volume.zone.id)
        xml.element("iops", volume.shape.iops)
        TagSet(tags: volume.tags).writeIfAny(to: &xml)
        xml.element("volumeType", volume.shape.type.rawValue)
        xml.element("multiAttachEnabled", volume.shape.isMultiAttachEnabled)
        xml.element("throughput", volume.shape.throughput)
        xml.element("volumeInitializationRate", volume.initializationRate)
        xml.element("volumeId", volume.id.rawValue)
        xml.element("size", volume.shape.sizeGiB)
        // Clients read it as a text: empty for a volume of no snapshot.
        xml.element("snapshotId", volume.snapshotID?.rawValue ?? "")
        xml.element("availabilityZone", volume.zone.name)
        xml.element("status", volume.state.rawValue)
        xml.element("createTime", volume.createdAt)
        xml.list("attachmentSet", volume.attachments) { AttachmentItem(attachment: $1).write(to: &$0) }
        xml.element("encrypted", volume.encryption != nil)
        xml.element("kmsKeyId", volume.encryption?.keyARN)
    }
}

/// Where a volume is attached.
struct AttachmentItem: XMLEncodable {
    let attachment: VolumeAttachment

    func write(to xml: inout XMLWriter) {
        xml.element("deleteOnTermination", attachment.deletesOnTermination)
        xml.element("volumeId", attachment.volume.rawValue)
        xml.element("instanceId", attachment.instance.rawValue)
        xml.element("device", attachment.device)
        xml.element("status", attachment.state.told)
        xml.element("attachTime", attachment.attachedAt.wholeSeconds)
    }
}

/// A change of a volume's shape.
struct ModificationItem: XMLEncodable {
    let modification: VolumeModification
    let percent: Int

    func write(to xml: inout XMLWriter) {
        let (target, original) = (modification.target, modification.original)
        xml.element("volumeId", modification.volume.rawValue)
        xml.element("modificationState", modification.state.rawValue)
        xml.element("targetSize", target.sizeGiB)
        xml.element("targetIops", target.iops)
        xml.element("targetVolumeType", target.type.rawValue)
        xml.element("targetThroughput", target.throughput)
        xml.element("targetMultiAttachEnabled", target.isMultiAttachEnabled)
        xml.element("originalSize", original.sizeGiB)
        xml.element("originalIops", original.iops)
        xml.element("originalVolumeType", original.type.rawValue)
        xml.element("originalThroughput", original.throughput)
        xml.element("originalMultiAttachEnabled", original.isMultiAttachEnabled)
        xml.element("progress", percent)
        xml.element("startTime", modification.startedAt)
        xml.element("endTime", modification.endedAt)
    }
}
