import NIOCore

/// A block of a disk on its way into or out of a snapshot.
package struct DiskBlock: Sendable {
    /// Bytes in a block: the EBS direct APIs know one size.
    package static let size = 524_288

    /// Position in the disk, in blocks.
    package var index: Int
    /// Exactly ``size`` bytes; behind the end of a disk, zeros.
    package var bytes: ByteBuffer
    package var digest: BlockDigest

    package init(index: Int, bytes: ByteBuffer, digest: BlockDigest) {
        self.index = index
        self.bytes = bytes
        self.digest = digest
    }
}
