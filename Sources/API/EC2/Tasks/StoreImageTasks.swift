import Domain
import Services
import Wire

/// Stores an image as one object in a bucket (docs/behaviour/image-stores-and-import.md, "Storing an image").
struct CreateStoreImageTask: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:CreateStoreImageTask") { action, call in
            let snapshots = try await call.snapshots(ofImage: action.imageID)
            return [call.image(action.imageID)] + snapshots
        },
        Permission<Self>("s3:PutObject") { [$1.object($0.place.key, in: $0.place.bucket)] }.adding { action, _ in action.objectTags },
        Permission<Self>("s3:PutObjectTagging") { $0.tags.isEmpty ? [] : [$1.object($0.place.key, in: $0.place.bucket)] }
            .adding { action, _ in action.objectTags },
    ]

    private let imageID: String
    private let bucket: String
    private let tags: [TagParameter]

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        bucket = try query["Bucket"]
        tags = try query["S3ObjectTag"]
    }

    private var objectTags: ConditionFacts {
        var facts: ConditionFacts = [:]
        for tag in tags.map(\.tag) { facts.addObjectTag(S3Tag(key: tag.key, value: tag.value)) }
        return facts
    }

    private var place: (bucket: String, key: String) { ImageStores.place(of: imageID, in: bucket) }

    func run(in call: Call) async throws -> Answer {
        Answer(key: try await ImageStores(call).store(imageID, in: bucket, tags: tags.map(\.tag)))
    }

    struct Answer: XMLEncodable {
        let key: String

        func write(to xml: inout XMLWriter) { xml.element("objectKey", key) }
    }
}

/// Lists tasks of CreateStoreImageTask; those that ended are listed for 31 days.
struct DescribeStoreImageTasks: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeStoreImageTasks")]

    private let query: TaskQuery

    init(from query: QueryReader) throws(RequestError) { self.query = try TaskQuery(from: query, ids: "ImageId", sizes: 1...200) }

    func run(in call: Call) async throws -> TaskPage<StoreTaskItem> {
        let page = try await ImageStores(call).describe(query.ids, filters: query.filters, page: query.page)
        return TaskPage(list: "storeImageTaskResultSet", items: page.elements.map(StoreTaskItem.init), nextToken: page.nextToken)
    }
}

/// A store task, as the answer shows it.
struct StoreTaskItem: XMLEncodable {
    let job: Job

    func write(to xml: inout XMLWriter) {
        guard case .imageStore(let work) = job.work else { return }
        xml.element("amiId", work.image.rawValue)
        xml.element("taskStartTime", job.createdAt)
        xml.element("bucket", work.bucket)
        xml.element("s3objectKey", work.key)
        xml.element("progressPercentage", job.state == .completed ? 100 : job.progress.percent)
        xml.element("storeTaskState", job.storeState)
        if job.state == .failed { xml.element("storeTaskFailureReason", job.message) }
    }
}
