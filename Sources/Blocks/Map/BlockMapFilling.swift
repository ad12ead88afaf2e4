import NIOCore

/// A block that is to be stored at a place of a disk.
package struct PlacedBlock: Sendable {
    package let index: UInt64
    /// Of ``BlockSize/bytes``; zeros take nothing.
    package let bytes: ByteBuffer

    package init(index: UInt64, bytes: ByteBuffer) {
        self.index = index
        self.bytes = bytes
    }
}

extension StoreWriter {
    /// Stores the blocks of a disk, ascending by their index, and the map over them. Memory holds a window of blocks.
    ///
    /// - Parameter next: the next block, nil behind the last.
    /// - Returns: the root, durable, and the address under which it stands.
    package func fill(
        volumeBytes: UInt64,
        window: Int = 8,
        next: () async throws -> PlacedBlock?
    ) async throws -> (root: BlockMapRoot, address: Digest) {
        var builder = try BlockMapBuilder(volumeBytes: volumeBytes)
        let pages = DomainPages(store, in: domain)
        try await withThrowingTaskGroup(of: (Int, UInt64, Digest?).self) { group in
            // Blocks end in any order and stand in the map in theirs.
            var ended: [Int: (index: UInt64, digest: Digest?)] = [:]
            var (begun, placed) = (0, 0)
            func place(_ number: Int, _ index: UInt64, _ digest: Digest?) async throws {
                ended[number] = (index, digest)
                while let block = ended.removeValue(forKey: placed) {
                    for page in try await builder.add(block.index, block.digest, reading: pages) { try await put(page: page) }
                    placed += 1
                }
            }
            while let block = try await next() {
                if begun - placed >= window, let (number, index, digest) = try await group.next() {
                    try await place(number, index, digest)
                }
                let number = begun
                begun += 1
                group.addTask { [self] in
                    (number, block.index, isZero(block.bytes.readableBytesUInt8Span.bytes) ? nil : try await put(block.bytes))
                }
            }
            while let (number, index, digest) = try await group.next() { try await place(number, index, digest) }
        }
        let (rest, root) = try await builder.finish(reading: pages)
        for page in rest { try await put(page: page) }
        let digest = try await put(root: root)
        try await flush()
        return (root, domain.address(of: digest))
    }
}
