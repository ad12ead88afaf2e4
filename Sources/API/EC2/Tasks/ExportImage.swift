import Domain
import Services
import Wire

/// Writes the disk of an image into a bucket (docs/behaviour/image-stores-and-import.md, "Exports"). `RoleName` is kept and shown; who
/// writes is the caller.
struct ExportImage: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ExportImage") { [$1.image($0.imageID), $1.task("export-image-task", "*")] },
        Permission<Self>("s3:PutObject") { [$1.object($0.location.prefix + "export-ami-*", in: $0.location.bucket)] }
            .adding { _, _ in ["s3:x-amz-acl": ["bucket-owner-full-control"]] },
        .tagging(\.task.tags),
    ]

    private let imageID: String
    private let format: String
    private let location: ExportLocation
    private let task: TaskParameters

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        format = try query["DiskImageFormat"]
        location = try query["S3ExportLocation"]
        task = try TaskParameters(from: query)
    }

    func run(in call: Call) async throws -> ExportTaskItem {
        let request = try request()
        return ExportTaskItem(task: DescribedJob(job: try await Exports(call).export(request), tags: request.options.tags))
    }

    private func request() throws -> ImageExportRequest {
        ImageExportRequest(
            imageID: imageID,
            format: format,
            bucket: location.bucket,
            prefix: location.prefix,
            options: try task.options(of: "export-image-task")
        )
    }
}

private struct ExportLocation: QueryStructure {
    let bucket: String
    let prefix: String

    init(from query: QueryReader) throws(RequestError) {
        bucket = try query["S3Bucket"]
        prefix = try query["S3Prefix"] ?? ""
    }
}

/// Lists tasks of ExportImage; those that ended are listed for 7 days.
struct DescribeExportImageTasks: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeExportImageTasks")]

    private let query: TaskQuery

    init(from query: QueryReader) throws(RequestError) {
        self.query = try TaskQuery(from: query, ids: "ExportImageTaskId", sizes: 1...500)
    }

    func run(in call: Call) async throws -> TaskPage<ExportTaskItem> {
        let page = try await query.run(.imageExport, in: call)
        return TaskPage(list: "exportImageTaskSet", items: page.elements.map(ExportTaskItem.init), nextToken: page.nextToken)
    }
}

/// An export task, as the answers show it.
struct ExportTaskItem: XMLEncodable {
    let task: DescribedJob

    func write(to xml: inout XMLWriter) {
        guard case .imageExport(let work) = task.job.work else { return }
        let job = task.job
        xml.element("description", work.description)
        xml.element("diskImageFormat", work.format)
        xml.element("exportImageTaskId", job.id)
        xml.element("imageId", work.image.rawValue)
        xml.element("roleName", work.role)
        if job.state == .active { xml.element("progress", String(job.progress.percent)) }
        xml.element("s3ExportLocation") { xml in
            xml.element("s3Bucket", work.bucket)
            xml.element("s3Prefix", work.prefix)
        }
        xml.element("status", job.taskStatus)
        xml.element("statusMessage", job.taskMessage)
        TagSet(tags: task.tags).write(to: &xml)
    }
}
