import CZlib
import NIOCore

/// gunzip, a bounded piece at a time: however much a few bytes expand to, no more than ``pieceBytes`` of it stand in memory.
final class GzipReader {
    static let pieceBytes = 256 << 10

    // SAFETY: allocated in `init`, freed in `deinit`, and never handed out; zlib needs it to stay at one address.
    private let stream: UnsafeMutablePointer<z_stream>
    /// A member has ended, and no other has begun.
    private(set) var isAtEnd = false

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window, and 16 more asks for gzip's header and checksum (zlib.h, inflateInit2).
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib has no memory left or another version than its header")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The next plain bytes; nil when they take more input than there is.
    ///
    /// Members that follow one another are one stream, as gunzip has it.
    func next(from input: inout ByteBuffer) throws(BundleError) -> ByteBuffer? {
        while true {
            if isAtEnd {
                guard input.readableBytes > 0 else { return nil }
                guard inflateReset(stream) == Z_OK else { throw .undecipherable }
                isAtEnd = false
            }
            var output = ByteBuffer()
            let status = inflatePiece(from: &input, into: &output)
            switch status {
            case Z_STREAM_END: isAtEnd = true
            case Z_OK: break
            // Neither is there anything left to write out nor to read.
            case Z_BUF_ERROR: return nil
            default: throw .undecipherable
            }
            if output.readableBytes > 0 { return output }
        }
    }

    private func inflatePiece(from input: inout ByteBuffer, into output: inout ByteBuffer) -> CInt {
        var status = Z_OK
        input.readWithUnsafeReadableBytes { source in
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { target in
                // SAFETY: zlib reads and writes within the lengths that are given, during this call alone, and does not write its input.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(Self.pieceBytes)
                status = inflate(stream, Z_NO_FLUSH)
                return Self.pieceBytes - Int(stream.pointee.avail_out)
            }
            return source.count - Int(stream.pointee.avail_in)
        }
        return status
    }
}
