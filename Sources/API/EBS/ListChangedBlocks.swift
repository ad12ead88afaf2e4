import Domain
import Services
import Wire

/// `GET /snapshots/{second}/changedblocks`: the blocks that differ between two snapshots of one lineage.
struct ListChangedBlocks: RESTAction {
    static let permissions = [
        Permission<Self>("ebs:ListChangedBlocks") { action, call in
            ([action.firstSnapshotID, action.secondSnapshotID].compactMap { $0 }).map { call.snapshot($0) }
        }
    ]

    private let firstSnapshotID: String?
    private let secondSnapshotID: String
    private let page: BlockPageRequest

    init(from request: RESTRequest) throws {
        secondSnapshotID = request.path[1]
        page = try request.blockPage()
        firstSnapshotID = try request.parameter("firstSnapshotId")
    }

    func run(in call: Call) async throws -> Reply {
        let changes = try await BlockReads(call).changes(from: firstSnapshotID, to: secondSnapshotID, page: page)
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
