import NIOCore

/// Bytes at a place of a disk.
package struct DiskExtent: Equatable, Sendable {
    /// In bytes from the disk's start.
    package var offset: Int64
    package var bytes: ByteBuffer

    package init(offset: Int64, bytes: ByteBuffer) {
        self.offset = offset
        self.bytes = bytes
    }
}
