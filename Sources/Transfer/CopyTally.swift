import Blocks
import Domain

/// Counts what copies would move, without reading a block, writing anything or holding up a collection.
///
/// It counts as `CopyEngine` moves: a page that is there is there with its blocks, and of the others each missing block counts once, on whatever
/// disk it stands. Of a disk of which much is missing, the pages behind the first `pagesMax` are not read: all that they list counts.
package struct CopyTally: Sendable {
    /// What a copy of one disk adds.
    package struct Amount: Sendable, Equatable {
        /// Bytes of the blocks with data.
        package var bytesTotal: Int64
        /// Those of them that would be moved.
        package var bytesToMove: Int64 = 0
        /// Whether it may be less.
        package var isUpperBound = false
        /// The most that this takes of the destination's disk.
        package var spaceAtMost: UInt64 = 0
    }

    /// How many pages may still be read.
    private var pagesLeft: Int
    /// What was counted, by the domain that it goes into: eight bytes of each digest. Who makes two blocks with the same eight is told less.
    private var counted: [SealDomainID: Set<UInt64>] = [:]

    /// - Parameter pagesMax: of all disks together; 1,024 of them list up to 512 GiB, and what was counted of them takes some 16 MiB.
    package init(pagesMax: Int = 1024) { pagesLeft = pagesMax }

    /// Adds the copy of a disk into a domain.
    package mutating func add(
        _ root: BlockMapRoot,
        from source: some SnapshotSource,
        into domain: SealDomainID,
        where held: some HeldContent
    ) async throws -> Amount {
        var amount = Amount(bytesTotal: root.dataBytes)
        var seen: Set<Digest> = []
        for batch in root.entries.chunks(of: 1024) {
            for entry in try await held.lacking(batch.filter { seen.insert($0.digest).inserted }) {
                try Task.checkCancellation()
                amount.spaceAtMost += entry.spaceAtMost
                guard pagesLeft > 0 else {
                    amount.bytesToMove += entry.dataBytes
                    amount.isUpperBound = true
                    continue
                }
                pagesLeft -= 1
                let page = try await source.page(entry.digest)
                guard page.digest == entry.digest else { throw CopyMismatch(expected: entry.digest, found: page.digest) }
                let blocks = try await held.lacking(in: page, at: entry)
                let new = blocks.count { counted[domain, default: []].insert($0.prefix).inserted }
                amount.bytesToMove += Int64(new) * Int64(BlockSize.bytes)
            }
        }
        amount.isUpperBound = amount.bytesToMove > 0 && (amount.isUpperBound || held.isPartial)
        return amount
    }
}
