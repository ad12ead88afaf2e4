import NIOCore

/// Where the bytes of an archive come from, in pieces that may be cut anywhere.
package protocol ArchiveSource {
    /// The next bytes, nil behind the last.
    mutating func next() async throws -> ByteBuffer?
}
