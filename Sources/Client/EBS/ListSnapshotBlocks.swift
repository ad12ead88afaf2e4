import NIOHTTP1

/// A block that a snapshot holds, with the token that reads it.
package struct ListedBlock: Hashable, Sendable {
    package var index: Int
    package var token: String

    package init(index: Int, token: String) {
        self.index = index
        self.token = token
    }
}

/// One page of a listing.
package struct BlockPage<Element: Sendable>: Sendable {
    package var blocks: [Element]
    package var sizeGiB: Int64
    /// Absent on the last page.
    package var nextToken: String?
}

extension AWSClient {
    /// One page of the blocks that a completed snapshot holds, by ascending index.
    package func listSnapshotBlocks(
        _ snapshotID: String,
        pageToken: String?,
        region: String,
        maxResults: Int = 10_000
    ) async throws -> BlockPage<ListedBlock> {
        struct Content: Decodable {
            struct Block: Decodable {
                var index: Int
                var token: String

                enum CodingKeys: String, CodingKey {
                    case index = "BlockIndex"
                    case token = "BlockToken"
                }
            }
            var blocks: [Block]?
            var volumeSize: Int64
            var nextToken: String?

            enum CodingKeys: String, CodingKey {
                case blocks = "Blocks"
                case volumeSize = "VolumeSize"
                case nextToken = "NextToken"
            }
        }
        var call = Call.ebs("ListSnapshotBlocks", .GET, "/snapshots/\(snapshotID)/blocks", region: region)
        call.query = [(name: "maxResults", value: "\(maxResults)")]
        if let pageToken { call.query.append((name: "pageToken", value: pageToken)) }
        let content = try await ebs(call, as: Content.self)
        return BlockPage(
            blocks: (content.blocks ?? []).map { ListedBlock(index: $0.index, token: $0.token) },
            sizeGiB: content.volumeSize,
            nextToken: content.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        )
    }
}
