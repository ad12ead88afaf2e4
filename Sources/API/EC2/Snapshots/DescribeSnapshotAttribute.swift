import Domain
import Services
import Wire

/// Shows one attribute of a snapshot. Snapshots cannot be shared yet, so the lists are empty, but they are there
/// (docs/behaviour/clients.md, "Lists that must be there").
struct DescribeSnapshotAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeSnapshotAttribute") { [$1.snapshot($0.snapshotID)] }]

    fileprivate enum Attribute: String, QueryScalar {
        case createVolumePermission, productCodes
    }

    private let snapshotID: String
    private let attribute: Attribute

    init(from query: QueryReader) throws(RequestError) {
        snapshotID = try query["SnapshotId"]
        attribute = try query["Attribute"]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(snapshot: try await Snapshots(call).snapshot(snapshotID), attribute: attribute)
    }

    struct Answer: XMLEncodable {
        fileprivate let snapshot: Snapshot
        fileprivate let attribute: Attribute

        func write(to xml: inout XMLWriter) {
            xml.element("snapshotId", snapshot.id.rawValue)
            xml.list(attribute.rawValue, [String]())
        }
    }
}
