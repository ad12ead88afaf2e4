import Blocks
import Domain
import NIOCore

/// Stores the bytes of an object as a block map, as those of a disk are: blocks of 512 KiB, the last filled up with zeros, zeros not
/// stored at all, equal content stored once. Memory holds a window of blocks.
struct ObjectWriter {
    private static let window = 4

    let store: BlockStore
    let writer: StoreWriter

    /// Takes all of a stream; what it returns is durable, and stays while the writer's session lasts. Nil for no bytes.
    ///
    /// - Parameter bytes: how many there are; nil when that shows at the end.
    func write(_ body: inout some ObjectStream, bytes: Int64?) async throws -> StoredObject.Segment? {
        let limit = bytes ?? Objects.objectBytesMax
        var builder = try BlockMapBuilder(volumeBytes: UInt64(max(limit, 0)))
        let pages = DomainPages(store, in: writer.domain)
        let taken = try await withThrowingTaskGroup(of: (UInt64, Digest?).self) { group in
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
                guard taken <= limit else { throw Self.wrongLength(bytes) }
                while piece.readableBytes > 0 {
                    let room = min(BlockSize.bytes - block.readableBytes, piece.readableBytes)
                    if var slice = piece.readSlice(length: room) { block.writeBuffer(&slice) }
                    guard block.readableBytes == BlockSize.bytes else { continue }
                    try await begin(block)
                    block = ByteBuffer()
                    block.reserveCapacity(BlockSize.bytes)
                }
            }
            guard bytes == nil || taken == bytes else { throw Self.wrongLength(bytes) }
            if block.readableBytes > 0 {
                block.writeRepeatingByte(0, count: BlockSize.bytes - block.readableBytes)
                try await begin(block)
            }
            while let (index, digest) = try await group.next() { try await place(index, digest) }
            return taken
        }
        if taken == 0 { return nil }
        let (rest, root) = try await builder.finish(reading: pages, volumeBytes: UInt64(taken))
        for page in rest { try await writer.put(page: page) }
        let digest = try await writer.put(root: root)
        try await writer.flush()
        return StoredObject.Segment(root: writer.domain.address(of: digest).bytes, bytes: taken)
    }

    /// Nil for a block of zeros.
    private static func put(_ block: ByteBuffer, with writer: StoreWriter) async throws -> Digest? {
        if isZero(block.readableBytesUInt8Span.bytes) { return nil }
        return try await writer.put(block)
    }

    private static func wrongLength(_ bytes: Int64?) -> Fault {
        guard let bytes else {
            return Fault(.entityTooLarge, "Your proposed upload exceeds the maximum allowed size of \(Objects.objectBytesMax)")
        }
        return Fault(.incompleteBody, "You did not provide the number of bytes specified by the Content-Length HTTP header: \(bytes)")
    }
}
