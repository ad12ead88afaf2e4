import Domain
import Services
import Wire

/// Makes a snapshot of the disk in an object (ami-behaviour.md, section 4.8). `RoleName` is kept and shown; who may read is the caller.
struct ImportSnapshot: EC2Action {
    private let description: String
    private let container: DiskContainer
    private let encryption: EncryptionRequest
    private let role: String?
    private let tags: [TagSpecification]
    private let clientToken: ClientToken?

    init(from query: QueryReader) throws(RequestError) {
        try query.passOverClientData()
        description = try query.text("Description", lengthMax: Images.descriptionLengthMax)
        container = try query["DiskContainer"]
        encryption = try EncryptionRequest(from: query)
        role = try query["RoleName"]
        tags = try query["TagSpecification"]
        clientToken = try query.clientToken()
    }

    func check(in call: Call) async throws { try await Imports(call).checkImport(request()) }

    func run(in call: Call) async throws -> Answer {
        let request = try request()
        return Answer(item: SnapshotTaskItem(task: DescribedJob(job: try await Imports(call).importSnapshot(request), tags: request.tags)))
    }

    struct Answer: XMLEncodable {
        let item: SnapshotTaskItem

        func write(to xml: inout XMLWriter) { item.write(to: &xml) }
    }

    private func request() throws -> SnapshotImportRequest {
        guard let source = container.source, container.snapshotID == nil, container.deviceName == nil else {
            throw Fault(.missingParameter, "The request must contain the parameter DiskContainer with Url or UserBucket, and no other disk")
        }
        return SnapshotImportRequest(
            source: source,
            description: description.isEmpty ? container.description ?? "" : description,
            encryption: encryption,
            role: role,
            tags: try tags.tags(forKinds: ["import-snapshot-task"])["import-snapshot-task"] ?? [],
            clientToken: clientToken
        )
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
