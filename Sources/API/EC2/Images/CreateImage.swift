import Domain
import Services
import Wire

/// Makes an image of an instance (docs/behaviour/images.md, "Images of instances").
///
/// The answer is the id of an image that is still `pending`; it becomes `available` or `failed`.
struct CreateImage: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateImage") { action, call in
            [call.instance(action.creation.instance), call.plannedImage(isBundle: false), try await call.plannedSnapshot()]
                + action.creation.devices.compactMap(\.volume?.snapshotID).map { call.snapshot($0) }
        },
        .tagging(\.tags),
    ]

    private let creation: ImageCreation
    private let tags: [TagSpecification]
    private let location: String?

    init(from query: QueryReader) throws(RequestError) {
        var creation = ImageCreation(instance: try query["InstanceId"], name: try query["Name"])
        creation.description = try query.text("Description", lengthMax: Images.descriptionLengthMax)
        let noReboot: Bool? = try query["NoReboot"]
        creation.reboots = noReboot != true
        let devices: [BlockDeviceParameter] = try query["BlockDeviceMapping"]
        creation.devices = devices.map(\.device)
        self.creation = creation
        tags = try query["TagSpecification"]
        location = try query["SnapshotLocation"]
    }

    func run(in call: Call) async throws -> Answer {
        try OutpostParameters.refuse(nil, location: location)
        let tags = try tags.tags(forKinds: ["image", "snapshot"])
        var creation = creation
        (creation.imageTags, creation.snapshotTags) = (tags["image"] ?? [], tags["snapshot"] ?? [])
        return Answer(imageID: try await Images(call).create(creation))
    }

    struct Answer: XMLEncodable {
        let imageID: ImageID

        func write(to xml: inout XMLWriter) { xml.element("imageId", imageID.rawValue) }
    }
}
