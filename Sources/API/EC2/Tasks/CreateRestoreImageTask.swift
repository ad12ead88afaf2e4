import Domain
import Services
import Wire

/// Restores an image from an object of CreateStoreImageTask, of this Ferry or another (docs/behaviour/image-stores-and-import.md,
/// "Restoring an image").
struct CreateRestoreImageTask: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateRestoreImageTask") { [$1.plannedImage(), try await $1.plannedSnapshot()] },
        .tagging(\.tags),
        Permission<Self>("s3:GetObject") { [$1.object($0.key, in: $0.bucket)] },
    ]

    private let bucket: String
    private let key: String
    private let imageName: String?
    private let tags: [TagSpecification]

    init(from query: QueryReader) throws(RequestError) {
        bucket = try query["Bucket"]
        key = try query["ObjectKey"]
        imageName = try query["Name"]
        tags = try query["TagSpecification"]
    }

    func run(in call: Call) async throws -> Answer { Answer(imageID: try await ImageStores(call).restore(request())) }

    struct Answer: XMLEncodable {
        let imageID: ImageID

        func write(to xml: inout XMLWriter) { xml.element("imageId", imageID.rawValue) }
    }

    private func request() throws -> ImageRestoreRequest {
        let tags = try tags.tags(forKinds: ["image", "snapshot"])
        return ImageRestoreRequest(
            bucket: bucket,
            key: key,
            name: imageName,
            imageTags: tags["image"] ?? [],
            snapshotTags: tags["snapshot"] ?? []
        )
    }
}
