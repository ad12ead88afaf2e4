import Blocks
import Domain
import NIOCore

/// Stores the bytes of an object as a block map, as those of a disk are: blocks of 512 KiB, the last filled up with zeros, zeros not
/// stored at all, equal content stored once. Memory holds a window of blocks.
struct ObjectWriter {
    private static let window = 4

    let writer: StoreWriter

    /// Takes all of a stream; what it returns is durable, and stays while the writer's session lasts. Nil for no bytes.
    ///
    /// - Parameter bytes: how many there are; nil when that shows at the end.
    func write(_ body: inout some ObjectStream, bytes: Int64?) async throws -> StoredObject.Segment? {
        let limit = bytes ?? Objects.objectBytesMax
        var builder = try BlockMapBuilder(volumeBytes: UInt64(max(limit, 0)))
        let cutter = BlockCutter()
        try await writer.lay(into: &builder, window: Self.window) {
            let block = try await cutter.next {
                let piece = try await body.next()
                guard cutter.taken + Int64(piece?.readableBytes ?? 0) <= limit else { throw Self.wrongLength(bytes) }
                return piece
            }
            guard block != nil || bytes == nil || cutter.taken == bytes else { throw Self.wrongLength(bytes) }
            return block
        }
        let taken = cutter.taken
        if taken == 0 { return nil }
        let (_, address) = try await writer.finish(&builder, volumeBytes: UInt64(taken))
        return StoredObject.Segment(root: address.bytes, bytes: taken)
    }

    private static func wrongLength(_ bytes: Int64?) -> Fault {
        guard bytes != nil else { return Objects.tooLarge(nil, max: Objects.objectBytesMax) }
        return Fault(.incompleteBody, "You did not provide the number of bytes specified by the Content-Length HTTP header")
    }
}
