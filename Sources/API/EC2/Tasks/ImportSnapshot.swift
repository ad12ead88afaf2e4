import Domain
import Services
import Wire

/// Makes a snapshot of the disk in an object (docs/behaviour/image-stores-and-import.md, "Imports"). `RoleName` is kept and shown; who may
/// read is the caller.
struct ImportSnapshot: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ImportSnapshot") { action, call in
            [try await call.plannedSnapshot(action.encryption), call.task("import-snapshot-task", "*")]
        },
        Permission<Self>("s3:GetObject") { action, call in try action.container.source(in: call).map { [call.object($0)] } ?? [] },
        .tagging(\.task.tags),
    ]

    private let container: DiskContainer
    private let encryption: EncryptionRequest
    private let task: TaskParameters

    init(from query: QueryReader) throws(RequestError) {
        try query.passOverClientData()
        container = try query["DiskContainer"]
        encryption = try EncryptionRequest(from: query)
        task = try TaskParameters(from: query)
    }

    func run(in call: Call) async throws -> Answer {
        let request = try request(in: call)
        let job = try await Imports(call).importSnapshot(request)
        return Answer(item: SnapshotTaskItem(task: DescribedJob(job: job, tags: request.options.tags)))
    }

    struct Answer: XMLEncodable {
        let item: SnapshotTaskItem

        func write(to xml: inout XMLWriter) { item.write(to: &xml) }
    }

    private func request(in call: Call) throws -> SnapshotImportRequest {
        guard let source = try container.source(in: call), container.snapshotID == nil, container.deviceName == nil else {
            throw Fault(.missingParameter, "The request must contain the parameter DiskContainer with Url or UserBucket, and no other disk")
        }
        var options = try task.options(of: "import-snapshot-task")
        if options.description.isEmpty { options.description = container.description ?? "" }
        return SnapshotImportRequest(source: source, encryption: encryption, options: options)
    }
}

/// An import task of a snapshot, as the answers show it.
struct SnapshotTaskItem: XMLEncodable {
    let task: DescribedJob

    func write(to xml: inout XMLWriter) {
        guard case .snapshotImport(let work) = task.job.work else { return }
        let job = task.job
        xml.element("description", work.description)
        xml.element("importTaskId", job.id)
        xml.element("snapshotTaskDetail") { xml in
            xml.element("description", work.description)
            xml.element("diskImageSize", work.source.bytes.map { "\($0).0" })
            xml.element("encrypted", work.encryption != nil)
            xml.element("format", work.source.format?.uppercased())
            xml.element("kmsKeyId", work.encryption?.keyARN)
            if job.state == .active { xml.element("progress", String(job.progress.percent)) }
            if job.state == .completed { xml.element("snapshotId", work.snapshot.rawValue) }
            xml.element("status", job.taskStatus)
            xml.element("statusMessage", job.taskMessage)
            work.source.write(to: &xml)
        }
        TagSet(tags: task.tags).write(to: &xml)
    }
}
