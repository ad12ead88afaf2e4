import Domain
import Services
import Wire

/// Takes an image off the list, and its snapshots with it when asked (docs/behaviour/images.md, "Deregistering").
struct DeregisterImage: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:DeregisterImage") { [$1.image($0.imageID)] },
        // Each snapshot is asked about while the action runs: one that may not be deleted stays, and keeps no image from being deregistered.
        Permission<Self>("ec2:DeleteSnapshot") { _, _ in [] },
    ]

    private let imageID: String
    private let deletesSnapshots: Bool

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        deletesSnapshots = try query["DeleteAssociatedSnapshots"] ?? false
    }

    func run(in call: Call) async throws -> Answer {
        Answer(deletions: try await Images(call).deregister(imageID, deletesSnapshots: deletesSnapshots))
    }

    struct Answer: XMLEncodable {
        let deletions: [SnapshotDeletion]

        func write(to xml: inout XMLWriter) {
            xml.element("return", true)
            xml.list("deleteSnapshotResultSet", deletions) { xml, deletion in
                xml.element("snapshotId", deletion.snapshotID.rawValue)
                xml.element("returnCode", deletion.outcome.rawValue)
            }
        }
    }
}
