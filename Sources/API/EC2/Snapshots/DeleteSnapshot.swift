import Services
import Wire

/// Deletes a snapshot that no image uses (docs/behaviour/snapshots.md, "Deleting").
struct DeleteSnapshot: EC2Action {
    static let permissions = [Permission<Self>("ec2:DeleteSnapshot") { [$1.snapshot($0.snapshotID)] }]

    private let snapshotID: String

    init(from query: QueryReader) throws(RequestError) { snapshotID = try query["SnapshotId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Snapshots(call).delete(snapshotID)
        return XMLReturnTrue()
    }
}
