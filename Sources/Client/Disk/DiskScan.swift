import Files
import Foundation
import NIOCore

/// Goes through a disk block by block, stepping over holes and blocks of zeros. Its calls block: they belong on a ``FilePool``.
package struct DiskScan: Sendable {
    package enum Step: Sendable {
        case block(DiskBlock)
        /// Only zeros so far; call again.
        case zeros
        case end
    }

    /// Where it goes on, in bytes: the start of a block.
    package private(set) var position: Int64 = 0
    /// Bytes that were read, whether they held data or zeros.
    package private(set) var bytesRead: Int64 = 0
    private var extents: DiskExtents
    private var extentEnd: Int64 = 0

    package init(_ disk: DiskFile) {
        extents = DiskExtents(file: disk.file, length: disk.length)
    }

    /// Reads on until a block with data, for at most 16 MiB, so that a long run of zeros can be interrupted.
    ///
    /// - Throws: ``FileProblem``, also when the file became shorter than it was when it was opened.
    package mutating func step() throws -> Step {
        for _ in 0..<32 {
            if position >= extentEnd {
                guard let extent = try extents.next(from: position) else {
                    position = extents.length
                    return .end
                }
                position = extent.lowerBound / Int64(DiskBlock.size) * Int64(DiskBlock.size)
                extentEnd = extent.upperBound
            }
            let index = Int(position / Int64(DiskBlock.size))
            let count = Int(min(Int64(DiskBlock.size), extents.length - position))
            var bytes = try extents.file.read(count, at: position)
            guard bytes.readableBytes == count else {
                throw FileProblem(
                    "read",
                    extents.file.path,
                    cause: "it was \(extents.length) bytes long and became shorter while it was read"
                )
            }
            position += Int64(DiskBlock.size)
            bytesRead += Int64(DiskBlock.size)
            if ByteScan.isZero(bytes.readableBytesSpan) { continue }
            bytes.writeRepeatingByte(0, count: DiskBlock.size - count)
            return .block(DiskBlock(index: index, bytes: bytes, digest: BlockDigest(of: bytes)))
        }
        return .zeros
    }
}
