import Concurrency
import Synchronization

/// Which blocks turn the left snapshot into the right one.
package struct SnapshotChange: Sendable {
    package enum Method: String, Hashable, Sendable, Codable {
        /// The server compared their block lists: nothing was read.
        case changedBlocks = "changed-blocks"
        /// Blocks that both hold were read and their checksums compared.
        case checksums
    }

    package struct Summary: Hashable, Sendable {
        package var method: Method
        /// Blocks of the right that the left has not, or has otherwise.
        package var changedBlocks = 0
        /// Blocks that the left holds and the right has as zeros; telling so moves nothing.
        package var droppedBlocks = 0

        package var changedBytes: Int64 { Int64(changedBlocks) * Int64(DiskBlock.size) }
    }

    package var pair: SnapshotPair

    package init(in pair: SnapshotPair) { self.pair = pair }

    /// Asks the server where both are in one Region and it knows them as related; otherwise compares checksums.
    ///
    /// A checksum comes only with its block (`GetSnapshotBlock`), so the second way reads every block that both hold, from both.
    ///
    /// - Parameter progress: called with the bytes of disk that were compared since the last call.
    package func run(progress: @escaping @Sendable (Int64) -> Void) async throws -> Summary {
        if pair.left.region == pair.right.region {
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
        let (left, right) = (pair.left, pair.right)
        for try await block in left.client.changedBlocks(from: left.snapshotID, to: right.snapshotID, region: left.region) {
            if block.secondToken != nil { summary.changedBlocks += 1 } else { summary.droppedBlocks += 1 }
        }
        return summary
    }

    private func compareChecksums(progress: @escaping @Sendable (Int64) -> Void) async throws -> Summary {
        let tally = Tally()
        let (left, right) = (pair.left, pair.right)
        try await forEach(pair.blocks, limit: pair.window) { blocks in
            switch (blocks.left, blocks.right) {
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
