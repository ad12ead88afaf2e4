import Blocks
import Domain
import NIOCore

/// Stores the bytes of an object as a block map, as those of a disk are: blocks of 512 KiB, the last filled up with zeros, zeros not
/// stored at all, equal content stored once. Memory holds a window of blocks.
struct ObjectWriter {
    private static let window = 4

    let store: BlockStore
    let writer: StoreWriter

    /// Takes all of a body; what it returns is durable, and stays while the writer's session lasts. Nil for no bytes.
    func write(_ body: inout some ObjectBody) async throws -> StoredObject.Segment? {
        let bytes = body.bytes
        guard bytes > 0 else {
            while let piece = try await body.next() {
                guard piece.readableBytes == 0 else { throw Self.wrongLength(bytes) }
            }
            return nil
        }
        var builder = try BlockMapBuilder(volumeBytes: UInt64(bytes))
        let pages = DomainPages(store, in: writer.domain)
        let root = try await withThrowingTaskGroup(of: (UInt64, Digest?).self) { group in
            // Blocks end in any order and stand in the map in theirs.
            var ended: [UInt64: Digest?] = [:]
            var (begun, placed, taken) = (UInt64(0), UInt64(0), Int64(0))
            func place(_ index: UInt64, _ digest: Digest?) async throws {
                ended[index] = .some(digest)
                while let next = ended.removeValue(forKey: placed) {
                    for page in try await builder.add(placed, next, reading: pages) { try await writer.put(page: page) }
                    placed += 1
                }
            }
            func begin(_ block: ByteBuffer) async throws {
                if begun - placed >= UInt64(Self.window), let (index, digest) = try await group.next() { try await place(index, digest) }
                let index = begun
                begun += 1
                group.addTask { [writer] in (index, try await Self.put(block, with: writer)) }
            }
            var block = ByteBuffer()
            block.reserveCapacity(BlockSize.bytes)
            while var piece = try await body.next() {
                taken += Int64(piece.readableBytes)
                guard taken <= bytes else { throw Self.wrongLength(bytes) }
                while piece.readableBytes > 0 {
                    let room = min(BlockSize.bytes - block.readableBytes, piece.readableBytes)
                    if var slice = piece.readSlice(length: room) { block.writeBuffer(&slice) }
                    guard block.readableBytes == BlockSize.bytes else { continue }
                    try await begin(block)
                    block = ByteBuffer()
                    block.reserveCapacity(BlockSize.bytes)
                }
            }
            guard taken == bytes else { throw Self.wrongLength(bytes) }
            if block.readableBytes > 0 {
                block.writeRepeatingByte(0, count: BlockSize.bytes - block.readableBytes)
                try await begin(block)
            }
            while let (index, digest) = try await group.next() { try await place(index, digest) }
            let (rest, root) = try await builder.finish(reading: pages)
            for page in rest { try await writer.put(page: page) }
            return root
        }
        let digest = try await writer.put(root: root)
        try await writer.flush()
        return StoredObject.Segment(root: writer.domain.address(of: digest).bytes, bytes: bytes)
    }

    /// Nil for a block of zeros.
    private static func put(_ block: ByteBuffer, with writer: StoreWriter) async throws -> Digest? {
        if isZero(block.readableBytesUInt8Span.bytes) { return nil }
        return try await writer.put(block)
    }

    private static func wrongLength(_ bytes: Int64) -> Fault {
        Fault(.incompleteBody, "You did not provide the number of bytes specified by the Content-Length HTTP header: \(bytes)")
    }
}
