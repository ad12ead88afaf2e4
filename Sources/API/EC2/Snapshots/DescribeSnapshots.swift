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

    func reply(in call: Call, requestID: String) async throws -> Reply {
        let isOnePiece = query.page.maxResults == nil && query.ids.isEmpty
        guard isOnePiece else {
            return .xml(EC2Envelope.success(action: Self.name, requestID: requestID, body: try await run(in: call)))
        }
        let answer = Answer(page: Page(elements: [], nextToken: nil))
        return try await PagedListing.reply(
            empty: EC2Envelope.success(action: Self.name, requestID: requestID, body: answer),
            list: "snapshotSet",
            page: { token in
                var query = query
                query.page.maxResults = PagedListing<Domain.Snapshot>.pageSize
                query.page.nextToken = token ?? query.page.nextToken
                return try await Snapshots(call).describe(query)
            },
            write: { xml, snapshot in SnapshotItem(snapshot: snapshot).write(to: &xml) }
        )
    }

    struct Answer: XMLEncodable {
        let page: Page<Snapshot>

        func write(to xml: inout XMLWriter) {
            xml.list("snapshotSet", page.elements) { xml, snapshot in SnapshotItem(snapshot: snapshot).write(to: &xml) }
            xml.element("nextToken", page.nextToken)
        }
    }
}
