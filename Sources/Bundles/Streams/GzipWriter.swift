import CZlib
import NIOCore

/// gzip with neither a name nor a time in its header, so that equal bytes are equal again.
package final class GzipWriter {
    private static let pieceBytes = 256 << 10

    // SAFETY: allocated in `init`, freed in `deinit`, and never handed out; zlib needs it to stay at one address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter level: 1 (fast) to 9 (small).
    package init(level: Int) throws(BundleError) {
        guard (1...9).contains(level) else { throw BundleError("The compression level is \(level); 1 to 9 are allowed.") }
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window, 16 more asks for gzip's header, and 8 is the usual memory level (zlib.h, deflateInit2).
        let (method, strategy) = (Z_DEFLATED, Z_DEFAULT_STRATEGY)
        let status = deflateInit2_(stream, CInt(level), method, 15 + 16, 8, strategy, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib has no memory left or another version than its header")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    package func take(_ bytes: ByteBuffer) -> ByteBuffer { deflate(bytes, flush: Z_NO_FLUSH) }

    package func finish() -> ByteBuffer { deflate(ByteBuffer(), flush: Z_FINISH) }

    private func deflate(_ bytes: ByteBuffer, flush: CInt) -> ByteBuffer {
        var output = ByteBuffer()
        bytes.withUnsafeReadableBytes { source in
            // SAFETY: zlib reads and writes within the lengths that are given, during this call alone, and does not write its input.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(source.count)
            repeat {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { target in
                    stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(Self.pieceBytes)
                    _ = CZlib.deflate(stream, flush)
                    return Self.pieceBytes - Int(stream.pointee.avail_out)
                }
                // A piece that was not filled is the last one.
            } while stream.pointee.avail_out == 0
        }
        return output
    }
}
