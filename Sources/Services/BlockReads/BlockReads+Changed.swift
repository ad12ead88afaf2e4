import Blocks
import Domain
import Foundation

/// A block that differs between two snapshots. A missing token means that the block holds no data there.
package struct ListedChange: Sendable {
    package let index: Int64
    package let firstToken: String?
    package let secondToken: String?
}

extension BlockReads {
    /// The blocks that differ between two snapshots of one lineage, ascending; without a first one, all blocks of the second.
    ///
    /// The cost grows with the difference, not with the disk: equal pages of the two block maps are passed over.
    package func changes(from firstID: String?, to secondID: String, page: BlockPageRequest) async throws -> BlockPage<ListedChange> {
        let second = try await readable(secondID)
        var first: (snapshot: Snapshot, root: Digest, seal: SealDomain)?
        if let firstID { first = try await readable(firstID) }
        if let first, first.snapshot.lineage != second.snapshot.lineage {
            throw Uploads.invalid(
                "UNRELATED_SNAPSHOTS",
                "The snapshots '\(first.snapshot.id)' and '\(second.snapshot.id)' do not come from the same volume"
            )
        }
        let listing = "ListChangedBlocks/\(first?.snapshot.id.rawValue ?? "")/\(second.snapshot.id)"
        let (index, count) = try start(of: page, listing: listing, in: second.snapshot)
        let store = call.store.blocks
        let secondMap = try await reading("the block map of snapshot \(second.snapshot.id)") { try await store.readRoot(second.root) }
        var firstMap = try BlockMapRoot(volumeBytes: secondMap.volumeBytes)
        if let first {
            firstMap = try await reading("the block map of snapshot \(first.snapshot.id)") { try await store.readRoot(first.root) }
        }
        let secondPages = DomainPages(store, in: second.seal)
        let firstPages = DomainPages(store, in: first?.seal ?? second.seal)
        let diff = BlockMapDiff(first: firstMap, in: firstPages, second: secondMap, in: secondPages)
        let names = [first?.snapshot.id, second.snapshot.id].compactMap { $0?.rawValue }.joined(separator: " or ")
        let (changes, next) = try await reading("the block map of snapshot \(names)") {
            try await diff.differences(from: index, limit: count)
        }
        let expiry = call.now.addingTimeInterval(BlockToken.lifetime)
        func token(_ digest: Digest?, of snapshot: Snapshot?, at index: UInt64) -> String? {
            guard let digest, let snapshot else { return nil }
            return BlockToken(snapshotID: snapshot.id, blockIndex: Int64(index), digest: digest)
                .seal(with: call.deployment.tokens, until: expiry)
        }
        return BlockPage(
            blocks: changes.map { change in
                ListedChange(
                    index: Int64(change.index),
                    firstToken: token(change.first, of: first?.snapshot, at: change.index),
                    secondToken: token(change.second, of: second.snapshot, at: change.index)
                )
            },
            expiry: expiry,
            sizeGiB: second.snapshot.sizeGiB,
            nextToken: next.map { call.pageToken(for: listing).seal(String($0)) }
        )
    }
}
