import Concurrency
import Files
import NIOCore
import Synchronization

/// Reads a snapshot into a sparse file, every block proven by its checksum.
package struct SnapshotDownload: Sendable {
    package struct Summary: Hashable, Sendable {
        package var blocks = 0
        /// One past the last byte that is not zero.
        package var endOfData: Int64 = 0

        package var bytes: Int64 { Int64(blocks) * Int64(DiskBlock.size) }
    }

    package var reader: BlockReader
    /// Blocks in flight.
    package var window: Int

    package init(reader: BlockReader, window: Int) {
        self.reader = reader
        self.window = window
    }

    /// Writes all blocks; the file gets its length and its name when the caller finishes it.
    ///
    /// - Parameter progress: called with the bytes that were written since the last call.
    package func run(into file: SparseFile, progress: @escaping @Sendable (Int64) -> Void) async throws -> Summary {
        let tally = Tally()
        let reader = reader
        try await forEach(reader.client.blocks(of: reader.snapshotID, region: reader.region), limit: window) { block in
            let end = try await reader.read(block) { bytes, _ in
                let end = ByteScan.endOfData(in: bytes.readableBytesSpan)
                // A listed block of zeros stays a hole.
                if end > 0 { try file.write(bytes, block: block.index) }
                return end
            }
            tally.count(index: block.index, end: end)
            progress(Int64(DiskBlock.size))
        }
        return tally.summary
    }

    /// Blocks arrive in any order.
    private final class Tally: Sendable {
        private let state = Mutex(Summary())

        var summary: Summary { state.withLock { $0 } }

        func count(index: Int, end: Int) {
            state.withLock { summary in
                summary.blocks += 1
                guard end > 0 else { return }
                summary.endOfData = max(summary.endOfData, Int64(index) * Int64(DiskBlock.size) + Int64(end))
            }
        }
    }
}
