import Domain
import Services
import Wire

/// Makes snapshots of the volumes of an instance, all at one point in time.
struct CreateSnapshots: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateSnapshots") { action, call in
            [call.instance(action.instanceID), try await call.plannedSnapshot(), call.volume("*")]
        },
        .tagging(\.tags),
    ]

    private let instanceID: String
    private let tags: [TagSpecification]
    private let outpost: String?
    private let location: String?

    init(from query: QueryReader) throws(RequestError) {
        instanceID = try query["InstanceSpecification.InstanceId"]
        tags = try query["TagSpecification"]
        outpost = try query["OutpostArn"]
        location = try query["Location"]
        // There is no instance whose volumes these could choose from.
        let _: Bool? = try query["InstanceSpecification.ExcludeBootVolume"]
        let _: [String] = try query["InstanceSpecification.ExcludeDataVolumeId"]
        let _ = try query.text("Description", lengthMax: Volumes.descriptionLengthMax)
        let _: String? = try query["CopyTagsFromSource"]
    }

    func run(in call: Call) async throws -> Answer {
        try OutpostParameters.refuse(outpost, location: location)
        _ = try tags.tags(forKinds: ["snapshot"])
        return Answer(snapshots: try await Volumes(call).snapshots(ofInstance: instanceID))
    }

    struct Answer: XMLEncodable {
        let snapshots: [Snapshot]

        func write(to xml: inout XMLWriter) { xml.list("snapshotSet", snapshots) { SnapshotItem(snapshot: $1).write(to: &$0) } }
    }
}
