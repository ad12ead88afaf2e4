import Concurrency
import Files
import NIOCore
import Synchronization

/// Compares two snapshots byte for byte, in whichever Regions they are.
package struct SnapshotComparison: Sendable {
    package struct Difference: Hashable, Sendable {
        package var blockIndex: Int
        /// From the start of the disk, in bytes.
        package var byteOffset: Int64
    }

    package struct Summary: Hashable, Sendable {
        /// Absent when the two are equal.
        package var first: Difference?
        /// Blocks that were looked at until the comparison ended.
        package var blocksCompared: Int

        package init(first: Difference? = nil, blocksCompared: Int) {
            self.first = first
            self.blocksCompared = blocksCompared
        }
    }

    package var pair: SnapshotPair

    package init(of pair: SnapshotPair) { self.pair = pair }

    /// Reads both until the end or the first difference. A block that one of them lacks counts as zeros.
    ///
    /// - Parameter progress: called with the bytes of disk that were compared since the last call.
    package func run(progress: @escaping @Sendable (Int64) -> Void) async throws -> Summary {
        let tally = Tally()
        try await forEach(pair.blocks.prefix { _ in tally.summary.first == nil }, limit: pair.window) { blocks in
            let difference = try await compare(blocks)
            progress(Int64(DiskBlock.size))
            tally.take(difference)
        }
        return tally.summary
    }

    private final class Tally: Sendable {
        private let state = Mutex(Summary(blocksCompared: 0))

        var summary: Summary { state.withLock { $0 } }

        func take(_ difference: Difference?) {
            state.withLock { summary in
                summary.blocksCompared += 1
                // Blocks end in any order, and a lower one may still be on its way.
                if let difference, difference.blockIndex <= summary.first?.blockIndex ?? .max { summary.first = difference }
            }
        }
    }

    private func compare(_ blocks: BlockPair) async throws -> Difference? {
        let offset: Int?
        switch (blocks.left, blocks.right) {
        case (let leftBlock?, let rightBlock?):
            async let leftRead = pair.left.read(leftBlock) { bytes, digest in (bytes, digest) }
            async let rightRead = pair.right.read(rightBlock) { bytes, digest in (bytes, digest) }
            let ((leftBytes, leftDigest), (rightBytes, rightDigest)) = try await (leftRead, rightRead)
            offset = leftDigest == rightDigest ? nil : ByteScan.firstDifference(leftBytes.readableBytesSpan, rightBytes.readableBytesSpan)
        case (let block?, nil):
            offset = try await pair.left.read(block) { bytes, _ in ByteScan.firstNonZero(in: bytes.readableBytesSpan) }
        case (nil, let block?):
            offset = try await pair.right.read(block) { bytes, _ in ByteScan.firstNonZero(in: bytes.readableBytesSpan) }
        case (nil, nil):
            offset = nil
        }
        return offset.map { Difference(blockIndex: blocks.index, byteOffset: Int64(blocks.index) * Int64(DiskBlock.size) + Int64($0)) }
    }
}
