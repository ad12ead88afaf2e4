/// Puts a disk into a started snapshot and completes it.
///
/// Blocks are read and hashed in their order, one ahead, and put several at a time: memory holds a window of blocks, whatever the disk's size.
package struct SnapshotUpload: Sendable {
    package struct Summary: Hashable, Sendable {
        /// Blocks that hold data, and were put.
        package var blocks: Int
        package var bytes: Int64 { Int64(blocks) * Int64(DiskBlock.size) }
    }

    package var client: AWSClient
    package var region: String
    package var snapshotID: String
    package var pool: FilePool
    /// Blocks in flight.
    package var window: Int

    package init(client: AWSClient, region: String, snapshotID: String, pool: FilePool, window: Int) {
        self.client = client
        self.region = region
        self.snapshotID = snapshotID
        self.pool = pool
        self.window = window
    }

    /// - Parameter progress: called with the bytes that were dealt with since the last call, zeros included.
    package func run(_ disk: DiskFile, progress: @escaping @Sendable (Int64) -> Void) async throws -> Summary {
        let checksum = try await putBlocks(of: disk, progress: progress)
        try await client.completeSnapshot(snapshotID, changedBlocks: checksum.blockCount, aggregate: checksum.value, region: region)
        return Summary(blocks: checksum.blockCount)
    }

    private func putBlocks(of disk: DiskFile, progress: @escaping @Sendable (Int64) -> Void) async throws -> LinearChecksum {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var checksum = LinearChecksum()
            var scan = DiskScan(disk)
            var running = 0
            while true {
                try Task.checkCancellation()
                let before = scan
                let (step, after) = try await pool.run {
                    var next = before
                    return (try next.step(), next)
                }
                scan = after
                var dealtWith = after.bytesRead - before.bytesRead
                if case .block(let block) = step {
                    dealtWith -= Int64(DiskBlock.size)
                    checksum.append(block.digest)
                    if running == window {
                        try await group.next()
                        running -= 1
                    }
                    group.addTask {
                        try await put(block)
                        progress(Int64(DiskBlock.size))
                    }
                    running += 1
                }
                if dealtWith > 0 { progress(dealtWith) }
                if case .end = step { break }
            }
            try await group.waitForAll()
            return checksum
        }
    }

    /// A block that arrived with other bytes than it was sent with is sent again, up to twice: the checksum is that of the bytes that
    /// were read, so the damage was done on the way.
    private func put(_ block: DiskBlock) async throws {
        for attempt in 1...3 {
            do {
                return try await client.putSnapshotBlock(block, into: snapshotID, region: region)
            } catch let error as AWSError where error.reason == "INVALID_BLOCK" && attempt < 3 {
            }
        }
    }
}
