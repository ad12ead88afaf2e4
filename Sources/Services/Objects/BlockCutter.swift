import Blocks
import NIOCore

/// Cuts bytes that come in pieces of any size into blocks; the last one is filled up with zeros.
final class BlockCutter {
    /// Bytes that have come.
    private(set) var taken: Int64 = 0
    private var index: UInt64 = 0
    private var rest = ByteBuffer()

    /// The next block, nil behind the last.
    ///
    /// - Parameter piece: the next bytes, nil behind the last.
    func next(_ piece: () async throws -> ByteBuffer?) async throws -> PlacedBlock? {
        var block = ByteBuffer()
        block.reserveCapacity(BlockSize.bytes)
        while block.readableBytes < BlockSize.bytes {
            if rest.readableBytes == 0 {
                guard let piece = try await piece() else { break }
                taken += Int64(piece.readableBytes)
                rest = piece
            }
            let count = min(rest.readableBytes, BlockSize.bytes - block.readableBytes)
            if var slice = rest.readSlice(length: count) { block.writeBuffer(&slice) }
        }
        guard block.readableBytes > 0 else { return nil }
        block.writeRepeatingByte(0, count: BlockSize.bytes - block.readableBytes)
        defer { index += 1 }
        return PlacedBlock(index: index, bytes: block)
    }
}
