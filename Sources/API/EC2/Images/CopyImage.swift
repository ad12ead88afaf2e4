import Domain
import Services
import Wire

/// Copies an image from another Region, or within one, into the Region that is asked (docs/behaviour/copying-images.md).
///
/// The answer is the id of an image that is still `pending`; it becomes `available` or `failed`.
struct CopyImage: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CopyImage") { action, call in
            let source = call.image(action.sourceImageID, in: action.sourceRegion)
            let snapshots = try await call.snapshots(ofImage: action.sourceImageID, in: action.sourceRegion)
            let image = call.plannedImage(isBundle: try await action.copiesBundle(in: call))
            return [source] + snapshots + [image, try await call.plannedSnapshot()]
        },
        .tagging(\.tags) { try await $0.taggedImage(in: $1) },
        // The objects of a bundle are asked for one by one, where they are read.
        Permission<Self>("s3:GetObject") { try await $0.bundleObjects(in: $1) },
        Permission<Self>("s3:PutObject") { try await $0.bundleObjects(in: $1) },
        Permission<Self>("s3:PutObjectAcl") { try await $0.bundleObjects(in: $1) },
        Permission<Self>("s3:ListAllMyBuckets") { try await $0.copiesBundle(in: $1) ? [.all] : [] },
        Permission<Self>("s3:GetBucketAcl") { try await $0.bucketForBundle(in: $1) },
        Permission<Self>("s3:CreateBucket") { try await $0.bucketForBundle(ifNew: true, in: $1) },
        Permission<Self>("s3:PutBucketOwnershipControls") { try await $0.bucketForBundle(ifNew: true, in: $1) },
    ]

    private let sourceImageID: String
    private let sourceRegion: String
    private let imageName: String
    private let description: String
    private let copiesTags: Bool
    private let tags: [TagSpecification]
    private let encryption: EncryptionRequest
    private let destinations: DestinationParameters
    private let completionMinutes: Int?
    private let clientToken: ClientToken?

    init(from query: QueryReader) throws(RequestError) {
        sourceImageID = try query["SourceImageId"]
        sourceRegion = try query["SourceRegion"]
        imageName = try query["Name"]
        description = try query.text("Description", lengthMax: Images.descriptionLengthMax)
        copiesTags = try query["CopyImageTags"] ?? false
        tags = try query["TagSpecification"]
        encryption = try EncryptionRequest(from: query)
        destinations = try DestinationParameters(from: query)
        completionMinutes = try query["SnapshotCopyCompletionDurationMinutes"]
        clientToken = try query.clientToken()
    }

    /// An instance-store image is copied from bucket to bucket.
    private func copiesBundle(in call: Call) async throws -> Bool { try await Images(call).isBundle(sourceImageID, in: sourceRegion) }

    /// The image, where it gets tags of its source.
    private func taggedImage(in call: Call) async throws -> [PolicyResource] {
        guard copiesTags else { return [] }
        let given = tags.filter { $0.resourceType == "image" }.flatMap(\.tags)
        let all = try await Images(call).tags(ofCopyOf: sourceImageID, in: sourceRegion, with: given)
        return all == given ? [] : [call.image("*").tagged(all)]
    }

    /// The bucket for images, where a bundle is copied.
    ///
    /// - Parameter isNew: whether only one that is yet to be made counts, which is one for objects with ACLs.
    private func bucketForBundle(ifNew isNew: Bool = false, in call: Call) async throws -> [PolicyResource] {
        guard try await copiesBundle(in: call) else { return [] }
        let bucket = try await Buckets(call).forImages()
        return isNew && bucket.known != nil ? [] : [call.bucket(bucket.known?.rawValue ?? bucket.pattern)]
    }

    /// What a copy makes in the bucket for images, which may be yet to be made.
    private func bundleObjects(in call: Call) async throws -> [PolicyResource] {
        guard try await copiesBundle(in: call) else { return [] }
        let bucket = try await Buckets(call).forImages()
        return [call.object("*", in: bucket.known?.rawValue ?? bucket.pattern)]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(imageID: try await Images(call).copy(imageCopy()))
    }

    struct Answer: XMLEncodable {
        let imageID: ImageID

        func write(to xml: inout XMLWriter) { xml.element("imageId", imageID.rawValue) }
    }

    /// What the use case is asked for.
    func imageCopy() throws -> ImageCopy {
        try destinations.refuseAny()
        if let completionMinutes {
            try CopyLimits.checkDuration(minutes: completionMinutes, parameter: "SnapshotCopyCompletionDurationMinutes")
        }
        let tags = try tags.tags(forKinds: ["image", "snapshot"])
        return ImageCopy(
            sourceImageID: sourceImageID,
            sourceRegion: sourceRegion,
            name: imageName,
            description: description,
            copiesTags: copiesTags,
            imageTags: tags["image"] ?? [],
            snapshotTags: tags["snapshot"] ?? [],
            encryption: encryption,
            completionMinutes: completionMinutes,
            clientToken: clientToken
        )
    }
}
