import NIOCore

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

    package var left: BlockReader
    package var right: BlockReader
    /// Pairs of blocks in flight.
    package var window: Int

    package init(left: BlockReader, right: BlockReader, window: Int) {
        self.left = left
        self.right = right
        self.window = window
    }

    /// Reads both until the end or the first difference. A block that one of them lacks counts as zeros.
    ///
    /// - Parameter progress: called with the bytes of disk that were compared since the last call.
    package func run(progress: @escaping @Sendable (Int64) -> Void) async throws -> Summary {
        let pairs = BlockMerge(
            left.client.blocks(of: left.snapshotID, region: left.region),
            right.client.blocks(of: right.snapshotID, region: right.region)
        )
        return try await withThrowingTaskGroup(of: Difference?.self) { group in
            var summary = Summary(blocksCompared: 0)
            func take(_ difference: Difference?) {
                summary.blocksCompared += 1
                // Blocks end in any order, and a lower one may still be on its way.
                if let difference, difference.blockIndex <= summary.first?.blockIndex ?? .max { summary.first = difference }
            }
            var running = 0
            for try await pair in pairs {
                if running == window, let ended = try await group.next() {
                    take(ended)
                    running -= 1
                }
                if summary.first != nil { break }
                try Task.checkCancellation()
                group.addTask {
                    let difference = try await compare(pair)
                    progress(Int64(DiskBlock.size))
                    return difference
                }
                running += 1
            }
            for try await ended in group { take(ended) }
            try Task.checkCancellation()
            return summary
        }
    }

    private func compare(_ pair: BlockPair) async throws -> Difference? {
        let offset: Int?
        switch (pair.left, pair.right) {
        case (let leftBlock?, let rightBlock?):
            async let leftRead = left.read(leftBlock) { bytes, digest in (bytes, digest) }
            async let rightRead = right.read(rightBlock) { bytes, digest in (bytes, digest) }
            let ((leftBytes, leftDigest), (rightBytes, rightDigest)) = try await (leftRead, rightRead)
            offset = leftDigest == rightDigest ? nil : ByteScan.firstDifference(leftBytes.readableBytesSpan, rightBytes.readableBytesSpan)
        case (let block?, nil):
            offset = try await left.read(block) { bytes, _ in ByteScan.firstNonZero(in: bytes.readableBytesSpan) }
        case (nil, let block?):
            offset = try await right.read(block) { bytes, _ in ByteScan.firstNonZero(in: bytes.readableBytesSpan) }
        case (nil, nil):
            offset = nil
        }
        return offset.map { Difference(blockIndex: pair.index, byteOffset: Int64(pair.index) * Int64(DiskBlock.size) + Int64($0)) }
    }
}
