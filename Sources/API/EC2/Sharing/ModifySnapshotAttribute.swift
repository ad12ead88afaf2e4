import Domain
import Services
import Wire

/// Changes whom a snapshot is shared with (docs/behaviour/sharing.md, "Sharing snapshots").
struct ModifySnapshotAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifySnapshotAttribute") { [$1.snapshot($0.snapshotID)] }]

    private let snapshotID: String
    private let attribute: String?
    private let sharing: SharingParameters

    init(from query: QueryReader) throws(RequestError) {
        snapshotID = try query["SnapshotId"]
        attribute = try query["Attribute"]
        sharing = try SharingParameters("CreateVolumePermission", from: query, takesOrganizations: false)
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        if let attribute, attribute.lowercased() != "createvolumepermission" {
            throw Fault(.unsupportedOperation, "The attribute \(attribute.prefix(64)) cannot be modified: Ferry has no product codes")
        }
        try await Snapshots(call).share(snapshotID, sharing.change())
        return XMLReturnTrue()
    }
}
