import Domain
import Services
import Wire

/// Lists snapshots, with the progress of those that are being copied (ami-behaviour.md, section 3.3).
struct DescribeSnapshots: EC2Action {
    private let query: SnapshotQuery

    init(from reader: QueryReader) throws(RequestError) {
        var query = SnapshotQuery()
        query.ids = try reader["SnapshotId"]
        query.owners = try reader["Owner"]
        query.restorableBy = try reader["RestorableBy"]
        query.filters = try reader.filters()
        query.page = try reader.page()
        self.query = query
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Snapshots(call).describe(query)) }

    struct Answer: XMLEncodable {
        let page: Page<Snapshot>

        func write(to xml: inout XMLWriter) {
            xml.list("snapshotSet", page.elements) { xml, snapshot in SnapshotItem(snapshot: snapshot).write(to: &xml) }
            xml.element("nextToken", page.nextToken)
        }
    }
}
