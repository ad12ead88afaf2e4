import Domain
import Services
import Wire

/// Stops an import; what came of it is taken away.
struct CancelImportTask: EC2Action {
    static let permissions = [Permission<Self>("ec2:CancelImportTask") { [$1.tagged($0.id)] }]

    private let id: String

    init(from query: QueryReader) throws(RequestError) {
        id = try query["ImportTaskId"]
        // For whoever reads the request.
        let _: String? = try query["CancelReason"]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(job: try await Jobs(call).cancel(id, [.snapshotImport, .imageImport]))
    }

    struct Answer: XMLEncodable {
        let job: Job

        func write(to xml: inout XMLWriter) {
            xml.element("importTaskId", job.id)
            xml.element("previousState", job.taskStatus)
            xml.element("state", job.state == .cancelled ? "deleted" : "deleting")
        }
    }
}

/// Stops an export; nothing of it stays in the bucket.
struct CancelExportTask: EC2Action {
    static let permissions = [Permission<Self>("ec2:CancelExportTask") { [$1.tagged($0.id)] }]

    private let id: String

    init(from query: QueryReader) throws(RequestError) { id = try query["ExportTaskId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        _ = try await Jobs(call).cancel(id, [.imageExport])
        return XMLReturnTrue()
    }
}
