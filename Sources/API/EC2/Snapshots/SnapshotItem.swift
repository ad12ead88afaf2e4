import Domain
import Wire

/// A snapshot as DescribeSnapshots shows it.
struct SnapshotItem: XMLEncodable {
    let snapshot: Snapshot

    func write(to xml: inout XMLWriter) {
        xml.element("snapshotId", snapshot.id.rawValue)
        xml.element("volumeId", snapshot.volumeID)
        xml.element("status", snapshot.state.rawValue)
        xml.element("statusMessage", snapshot.statusMessage)
        xml.element("startTime", snapshot.startedAt)
        xml.element("progress", "\(snapshot.progressPercent)%")
        xml.element("ownerId", snapshot.owner.rawValue)
        xml.element("volumeSize", snapshot.sizeGiB)
        xml.element("description", snapshot.description)
        xml.element("encrypted", snapshot.encryption != nil)
        xml.element("kmsKeyId", snapshot.encryption?.keyARN)
        xml.element("dataEncryptionKeyId", snapshot.encryption?.domain.rawValue)
        TagSet(tags: snapshot.tags).writeIfAny(to: &xml)
        xml.element("storageTier", snapshot.tier.rawValue)
        xml.element("restoreExpiryTime", snapshot.restoreExpiresAt)
        xml.element("transferType", snapshot.transferType?.rawValue)
        xml.element("completionDurationMinutes", snapshot.completionMinutes)
        xml.element("completionTime", snapshot.completedAt)
        xml.element("fullSnapshotSizeInBytes", snapshot.dataBytes)
    }
}
