import NIOHTTP1

/// A block in which two snapshots differ.
package struct ChangedBlock: Hashable, Sendable {
    package var index: Int
    /// Absent when the first snapshot has no such block.
    package var firstToken: String?
    /// Absent when the second snapshot has no such block.
    package var secondToken: String?

    package init(index: Int, firstToken: String?, secondToken: String?) {
        self.index = index
        self.firstToken = firstToken
        self.secondToken = secondToken
    }
}

extension AWSClient {
    /// One page of the blocks in which `second` differs from `first`, by ascending index; a page may be empty and not the last.
    ///
    /// - Throws: ``AWSError`` with reason `UNRELATED_SNAPSHOTS` when the two have no common history.
    package func listChangedBlocks(
        from first: String,
        to second: String,
        pageToken: String?,
        region: String,
        maxResults: Int = 10_000
    ) async throws -> BlockPage<ChangedBlock> {
        struct Content: Decodable {
            struct Block: Decodable {
                var index: Int
                var firstToken: String?
                var secondToken: String?

                enum CodingKeys: String, CodingKey {
                    case index = "BlockIndex"
                    case firstToken = "FirstBlockToken"
                    case secondToken = "SecondBlockToken"
                }
            }
            var blocks: [Block]?
            var volumeSize: Int64
            var nextToken: String?

            enum CodingKeys: String, CodingKey {
                case blocks = "ChangedBlocks"
                case volumeSize = "VolumeSize"
                case nextToken = "NextToken"
            }
        }
        var call = Call.ebs("ListChangedBlocks", .GET, "/snapshots/\(second)/changedblocks", region: region)
        call.query = [(name: "firstSnapshotId", value: first), (name: "maxResults", value: "\(maxResults)")]
        if let pageToken { call.query.append((name: "pageToken", value: pageToken)) }
        let content = try await ebs(call, as: Content.self)
        return BlockPage(
            blocks: (content.blocks ?? []).map {
                ChangedBlock(index: $0.index, firstToken: $0.firstToken, secondToken: $0.secondToken)
            },
            sizeGiB: content.volumeSize,
            nextToken: content.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        )
    }
}
