import Services
import Wire

/// Makes an image private (docs/behaviour/sharing.md, "Sharing images").
struct ResetImageAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:ResetImageAttribute") { [$1.image($0.imageID)] }]

    private enum Attribute: String, QueryScalar {
        case launchPermission
    }

    private let imageID: String

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        let _: Attribute = try query["Attribute"]
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Images(call).resetLaunchPermissions(of: imageID)
        return XMLReturnTrue()
    }
}

/// Makes a snapshot private (docs/behaviour/sharing.md, "Sharing snapshots").
struct ResetSnapshotAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:ResetSnapshotAttribute") { [$1.snapshot($0.snapshotID)] }]

    private enum Attribute: String, QueryScalar {
        case createVolumePermission
    }

    private let snapshotID: String

    init(from query: QueryReader) throws(RequestError) {
        snapshotID = try query["SnapshotId"]
        let _: Attribute = try query["Attribute"]
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Snapshots(call).resetCreateVolumePermissions(of: snapshotID)
        return XMLReturnTrue()
    }
}
