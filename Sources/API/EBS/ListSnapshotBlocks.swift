import Domain
import Services
import Wire

/// `GET /snapshots/{id}/blocks`: the blocks that hold data, and the tokens to read them with.
struct ListSnapshotBlocks: RESTAction {
    static let permissions = [Permission<Self>("ebs:ListSnapshotBlocks") { [$1.snapshot($0.snapshotID)] }]

    private let snapshotID: String
    private let page: BlockPageRequest

    init(from request: RESTRequest) throws {
        snapshotID = request.path[1]
        page = try request.blockPage()
    }

    func run(in call: Call) async throws -> Reply {
        let blocks = try await BlockReads(call).list(snapshotID, page: page)
        return .json(
            JSONWriter.object { json in
                json.list("Blocks", blocks.blocks) { json, block in
                    json.member("BlockIndex", block.index)
                    json.member("BlockToken", block.token)
                }
                blocks.writeTail(to: &json)
            }
        )
    }
}

extension RESTRequest {
    func blockPage() throws -> BlockPageRequest {
        BlockPageRequest(
            maxResults: try parameter("maxResults"),
            nextToken: try parameter("pageToken"),
            startingBlockIndex: try parameter("startingBlockIndex")
        )
    }
}

extension BlockPage {
    /// What every page of blocks ends with. `NextToken` is left out at the end: an empty one means another page to some clients.
    func writeTail(to json: inout JSONWriter) {
        json.member("ExpiryTime", expiry)
        json.member("VolumeSize", sizeGiB)
        json.member("BlockSize", Snapshot.blockBytes)
        json.member("NextToken", nextToken)
    }
}
