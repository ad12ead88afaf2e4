import Synchronization

/// Which blocks turn `left` into `right`.
package struct SnapshotChange: Sendable {
    package enum Method: String, Hashable, Sendable, Codable {
        /// The server compared their block lists: nothing was read.
        case changedBlocks = "changed-blocks"
        /// Blocks that both hold were read and their checksums compared.
        case checksums
    }

    package struct Summary: Hashable, Sendable {
        package var method: Method
        /// Blocks of `right` that `left` has not, or has otherwise.
        package var changedBlocks = 0
        /// Blocks that `left` holds and `right` has as zeros; telling so moves nothing.
        package var droppedBlocks = 0

        package var changedBytes: Int64 { Int64(changedBlocks) * Int64(DiskBlock.size) }
    }

    package var left: BlockReader
    package var right: BlockReader
    /// Pairs of blocks in flight.
    package var window: Int

    package init(left: BlockReader, right: BlockReader, window: Int) {
        self.left = left
        self.right = right
        self.window = window
    }

    /// Asks the server where both are in one Region and it knows them as related; otherwise compares checksums.
    ///
    /// A checksum comes only with its block (`GetSnapshotBlock`), so the second way reads every block that both hold, from both.
    ///
    /// - Parameter progress: called with the bytes of disk that were compared since the last call.
    package func run(progress: @escaping @Sendable (Int64) -> Void) async throws -> Summary {
        if left.region == right.region {
            do {
                return try await countChangedBlocks()
            } catch let error as AWSError where error.reason == "UNRELATED_SNAPSHOTS" {
                // Two histories: their blocks may be equal all the same.
            }
        }
        return try await compareChecksums(progress: progress)
    }

    private func countChangedBlocks() async throws -> Summary {
        var summary = Summary(method: .changedBlocks)
        for try await block in left.client.changedBlocks(from: left.snapshotID, to: right.snapshotID, region: left.region) {
            if block.secondToken != nil { summary.changedBlocks += 1 } else { summary.droppedBlocks += 1 }
        }
        return summary
    }

    private func compareChecksums(progress: @escaping @Sendable (Int64) -> Void) async throws -> Summary {
        let pairs = BlockMerge(
            left.client.blocks(of: left.snapshotID, region: left.region),
            right.client.blocks(of: right.snapshotID, region: right.region)
        )
        let tally = Tally()
        let (left, right) = (left, right)
        try await forEachBounded(pairs, limit: window) { pair in
            switch (pair.left, pair.right) {
            case (let leftBlock?, let rightBlock?):
                async let old = left.client.getSnapshotBlock(leftBlock, of: left.snapshotID, region: left.region).claimed
                async let new = right.client.getSnapshotBlock(rightBlock, of: right.snapshotID, region: right.region).claimed
                if try await old != new { tally.changed() }
            case (nil, .some): tally.changed()
            case (.some, nil): tally.dropped()
            case (nil, nil): break
            }
            progress(Int64(DiskBlock.size))
        }
        return tally.summary
    }

    private final class Tally: Sendable {
        private let state = Mutex(Summary(method: .checksums))

        var summary: Summary { state.withLock { $0 } }
        func changed() { state.withLock { $0.changedBlocks += 1 } }
        func dropped() { state.withLock { $0.droppedBlocks += 1 } }
    }
}
