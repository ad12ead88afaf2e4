import Files
import NIOCore

/// A block that is to be stored at a place of a disk.
package struct PlacedBlock: Sendable {
    package let index: UInt64
    /// Returns its digest, nil for zeros.
    let store: @Sendable (StoreWriter) async throws -> Digest?

    /// Of bytes that are at hand: ``BlockSize/bytes`` of them. Zeros take nothing.
    package init(index: UInt64, bytes: ByteBuffer) {
        self.init(index: index) { writer in
            ByteScan.isZero(bytes.readableBytesUInt8Span.bytes) ? nil : try await writer.put(bytes)
        }
    }

    init(index: UInt64, store: @escaping @Sendable (StoreWriter) async throws -> Digest?) {
        self.index = index
        self.store = store
    }
}

extension StoreWriter {
    /// Stores blocks, ascending by their index, and lays them into a map. Memory holds a window of blocks, whatever the size of the disk.
    ///
    /// - Parameters:
    ///   - next: the next block, nil behind the last.
    ///   - placed: told of each block that is in the map.
    package func lay(
        into builder: inout BlockMapBuilder,
        window: Int = 8,
        placed: () -> Void = {},
        next: () async throws -> PlacedBlock?
    ) async throws {
        let pages = DomainPages(store, in: domain)
        try await withThrowingTaskGroup(of: (Int, UInt64, Digest?).self) { group in
            // Blocks end in any order and stand in the map in theirs.
            var ended: [Int: (index: UInt64, digest: Digest?)] = [:]
            var (begun, laid) = (0, 0)
            func end(_ number: Int, _ index: UInt64, _ digest: Digest?) async throws {
                ended[number] = (index, digest)
                while let block = ended.removeValue(forKey: laid) {
                    for page in try await builder.add(block.index, block.digest, reading: pages) { try await put(page: page) }
                    laid += 1
                    placed()
                }
            }
            while let block = try await next() {
                if begun - laid >= window, let (number, index, digest) = try await group.next() { try await end(number, index, digest) }
                let number = begun
                begun += 1
                group.addTask { [self] in (number, block.index, try await block.store(self)) }
            }
            while let (number, index, digest) = try await group.next() { try await end(number, index, digest) }
        }
    }

    /// Stores what is left of a map. Returns its root, durable, and the address under which it stands.
    ///
    /// - Parameter volumeBytes: the size of the volume where that shows at its end.
    package func finish(_ builder: inout BlockMapBuilder, volumeBytes: UInt64? = nil) async throws -> (root: BlockMapRoot, address: Digest)
    {
        let pages = DomainPages(store, in: domain)
        let (rest, root) = try await builder.finish(reading: pages, volumeBytes: volumeBytes)
        for page in rest { try await put(page: page) }
        let digest = try await put(root: root)
        try await flush()
        return (root, domain.address(of: digest))
    }
}
