import Domain
import Services
import Wire

/// Makes snapshots of the volumes of an instance, all at one point in time.
struct CreateSnapshots: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateSnapshots") { try await $1.resources(of: $0.request) },
        .tagging(\.tags) { action, call in
            var request = action.request
            request.tags = action.tags.filter { $0.resourceType == "snapshot" }.flatMap(\.tags)
            return try await call.taggedSnapshots(of: request)
        },
    ]

    private var request: InstanceSnapshotRequest
    private let tags: [TagSpecification]
    private let outpost: String?
    private let location: String?

    init(from query: QueryReader) throws(RequestError) {
        request = InstanceSnapshotRequest(instance: try query["InstanceSpecification.InstanceId"])
        request.excludesBootVolume = try query["InstanceSpecification.ExcludeBootVolume"] ?? false
        request.excludedVolumes = try query["InstanceSpecification.ExcludeDataVolumeId"]
        request.description = try query.text("Description", lengthMax: Volumes.descriptionLengthMax)
        tags = try query["TagSpecification"]
        outpost = try query["OutpostArn"]
        location = try query["Location"]
        if let source: String = try query["CopyTagsFromSource"] {
            guard source == "volume" else { throw .invalid("CopyTagsFromSource", source, "Only 'volume' was expected") }
            request.copiesVolumeTags = true
        }
    }

    func run(in call: Call) async throws -> Answer {
        try OutpostParameters.refuse(outpost, location: location)
        var request = request
        request.tags = try tags.tags(forKinds: ["snapshot"])["snapshot"] ?? []
        return Answer(snapshots: try await Volumes(call).snapshots(request))
    }

    struct Answer: XMLEncodable {
        let snapshots: [Snapshot]

        func write(to xml: inout XMLWriter) { xml.list("snapshotSet", snapshots) { SnapshotInfo(snapshot: $1).write(to: &$0) } }
    }
}

/// A snapshot as CreateSnapshots tells it, which is in other words than DescribeSnapshots.
private struct SnapshotInfo: XMLEncodable {
    let snapshot: Snapshot

    func write(to xml: inout XMLWriter) {
        xml.element("description", snapshot.description)
        TagSet(tags: snapshot.tags).write(to: &xml)
        xml.element("encrypted", snapshot.encryption != nil)
        xml.element("volumeId", snapshot.volumeID)
        xml.element("state", snapshot.state.rawValue)
        xml.element("volumeSize", snapshot.sizeGiB)
        xml.element("startTime", snapshot.startedAt)
        xml.element("progress", "\(snapshot.progressPercent)%")
        xml.element("ownerId", snapshot.owner.rawValue)
        xml.element("snapshotId", snapshot.id.rawValue)
    }
}
