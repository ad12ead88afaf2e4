import NIOCore

/// A block's bytes are not what the server says they are, more than once.
package struct DamagedBlock: Error, Hashable, Sendable, CustomStringConvertible {
    package var snapshotID: String
    package var region: String
    package var index: Int

    package var description: String {
        "block \(index) of \(snapshotID) in \(region) does not match its checksum, at the third attempt as at the first"
    }
}

/// Reads blocks of one snapshot and proves them by their checksums.
package struct BlockReader: Sendable {
    package var client: AWSClient
    package var region: String
    package var snapshotID: String
    package var pool: FilePool

    package init(client: AWSClient, region: String, snapshotID: String, pool: FilePool) {
        self.client = client
        self.region = region
        self.snapshotID = snapshotID
        self.pool = pool
    }

    /// Reads a block, hashes it, and hands it to `use` on the same thread; reads it again when the hash does not match the claim.
    package func read<Value: Sendable>(
        _ block: ListedBlock,
        use: @escaping @Sendable (ByteBuffer, BlockDigest) throws -> Value
    ) async throws -> Value {
        for _ in 1...3 {
            let (bytes, claimed) = try await client.getSnapshotBlock(block, of: snapshotID, region: region)
            let value: Value? = try await pool.run {
                guard BlockDigest(of: bytes) == claimed else { return nil }
                return try use(bytes, claimed)
            }
            if let value { return value }
        }
        throw DamagedBlock(snapshotID: snapshotID, region: region, index: block.index)
    }
}
