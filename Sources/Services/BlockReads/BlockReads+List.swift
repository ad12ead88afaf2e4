import Blocks
import Domain
import Foundation

/// A block that holds data, and the token to read it with.
package struct ListedBlock: Sendable {
    package let index: Int64
    package let token: String
}

extension BlockReads {
    /// The blocks of a snapshot that hold data, ascending.
    package func list(_ snapshotID: String, page: BlockPageRequest) async throws -> BlockPage<ListedBlock> {
        let (snapshot, root, seal) = try await readable(snapshotID)
        let listing = "ListSnapshotBlocks/\(snapshot.id)"
        let (index, count) = try start(of: page, listing: listing, in: snapshot)
        let store = call.store.blocks
        let (blocks, next) = try await reading("the block map of snapshot \(snapshot.id)") {
            let reader = BlockMapReader(root: try await store.readRoot(root), reading: DomainPages(store, in: seal))
            return try await reader.blocks(from: index, limit: count)
        }
        let expiry = call.now.addingTimeInterval(BlockToken.lifetime)
        return BlockPage(
            blocks: blocks.map { block in
                let token = BlockToken(snapshotID: snapshot.id, blockIndex: Int64(block.index), digest: block.digest)
                return ListedBlock(index: Int64(block.index), token: token.seal(with: call.deployment.tokens, until: expiry))
            },
            expiry: expiry,
            sizeGiB: snapshot.sizeGiB,
            nextToken: next.map { call.pageToken(for: listing).seal(String($0)) }
        )
    }
}
