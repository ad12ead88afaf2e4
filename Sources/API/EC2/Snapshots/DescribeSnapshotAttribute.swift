import Domain
import Services
import Wire

/// Shows one attribute of a snapshot. The list is there even when it is empty (docs/behaviour/clients.md, "Lists that must be there").
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
        let targets = try await Snapshots(call).createVolumePermissions(of: snapshotID)
        return Answer(snapshotID: snapshotID, attribute: attribute, targets: attribute == .createVolumePermission ? targets : [])
    }

    struct Answer: XMLEncodable {
        fileprivate let snapshotID: String
        fileprivate let attribute: Attribute
        fileprivate let targets: [ShareTarget]

        func write(to xml: inout XMLWriter) {
            xml.element("snapshotId", snapshotID)
            // There are no product codes.
            SharingList(name: attribute.rawValue, targets: targets).write(to: &xml)
        }
    }
}
