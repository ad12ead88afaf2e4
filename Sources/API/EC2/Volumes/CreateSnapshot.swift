import Domain
import Services
import Wire

/// Makes a snapshot of a volume (docs/behaviour/volumes.md, "Snapshots").
struct CreateSnapshot: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateSnapshot") { action, call in
            [try await call.plannedSnapshot(ofVolume: action.volumeID), call.volume(action.volumeID)]
        },
        .tagging(\.tags),
    ]

    private let volumeID: String
    private let description: String
    private let tags: [TagSpecification]
    private let outpost: String?
    private let location: String?

    init(from query: QueryReader) throws(RequestError) {
        volumeID = try query["VolumeId"]
        description = try query.text("Description", lengthMax: Volumes.descriptionLengthMax)
        tags = try query["TagSpecification"]
        outpost = try query["OutpostArn"]
        location = try query["Location"]
    }

    func run(in call: Call) async throws -> SnapshotItem {
        try OutpostParameters.refuse(outpost, location: location)
        let tags = try tags.tags(forKinds: ["snapshot"])["snapshot"] ?? []
        return SnapshotItem(snapshot: try await Volumes(call).snapshot(volumeID, description: description, tags: tags))
    }
}
