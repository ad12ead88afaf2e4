import Domain
import Services
import Wire

/// Lists snapshots, with the progress of those that are being copied (docs/behaviour/snapshots.md, "Describing").
struct DescribeSnapshots: EC2Listing {
    static let permissions = [Permission<Self>("ec2:DescribeSnapshots")]

    static let list = "snapshotSet"

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

    var isSentInPages: Bool { query.ids.isEmpty && query.page.maxResults == nil }

    func page(of size: Int?, after nextToken: String?, in call: Call) async throws -> Page<Snapshot> {
        var query = query
        query.page = query.page.part(of: size, after: nextToken)
        return try await Snapshots(call).describe(query)
    }

    static func write(_ snapshot: Snapshot, to xml: inout XMLWriter) { SnapshotItem(snapshot: snapshot).write(to: &xml) }
}
