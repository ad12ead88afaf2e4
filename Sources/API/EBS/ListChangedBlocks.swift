import Domain
import Services
import Wire

extension EBSService {
    /// `GET /snapshots/{second}/changedblocks`: the blocks that differ between two snapshots of one lineage.
    static func listChangedBlocks(_ request: EBSRequest, _ call: Call) async throws -> Reply {
        let page = try request.blockPage()
        let firstID: String? = try request.parameter("firstSnapshotId")
        try request.requireAllRead()
        let changes = try await BlockReads(call).changes(from: firstID, to: request.path[1], page: page)
        return .json(
            JSONWriter.object { json in
                json.list("ChangedBlocks", changes.blocks) { json, change in
                    json.member("BlockIndex", change.index)
                    json.member("FirstBlockToken", change.firstToken)
                    json.member("SecondBlockToken", change.secondToken)
                }
                changes.writeTail(to: &json)
            }
        )
    }
}
