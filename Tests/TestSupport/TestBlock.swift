import Blocks
import NIOCore

/// Blocks of 512 KiB that a number stands for.
package enum TestBlock {
    /// Compresses to a few hundred bytes, so that histories of many blocks are quick.
    package static func compressible(_ number: UInt64) -> ByteBuffer {
        var generator = SeededGenerator(seed: number)
        var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number % 251 + 1), count: BlockSize.bytes)
        bytes.replaceSubrange(0..<256, with: generator.bytes(256))
        return ByteBuffer(bytes: bytes)
    }

    /// Random bytes.
    package static func incompressible(_ number: UInt64) -> ByteBuffer {
        var generator = SeededGenerator(seed: number)
        return ByteBuffer(bytes: generator.bytes(BlockSize.bytes))
    }

    package static func digest(_ block: ByteBuffer) -> Digest { Digest(sha256: block.readableBytesSpan) }
}
