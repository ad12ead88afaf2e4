import CZlib
import CZstd

/// The compressed clusters at the end of a qcow2 file.
///
/// Their length is known in whole sectors alone, and a file may end in the middle of its last one. Deflate without a checksum goes on with
/// zeros as if they were data, so those that reach behind the end are unpacked: they are whole when what is there is enough.
struct QCOW2Tail {
    private static let sector: UInt64 = 512
    /// More than can end in one sector.
    private static let most = 512

    private let range: ImageRange
    private let header: QCOW2Header
    private var whole: Set<UInt64> = []

    init(_ range: ImageRange, _ header: QCOW2Header) {
        self.range = range
        self.header = header
    }

    mutating func check(compressed entry: UInt64) throws(DiskImageError) {
        let bits = 62 - (header.clusterBits - 8)
        let place = entry & (1 << bits - 1)
        let sectors = (entry & (1 << 62 - 1)) >> bits + 1
        let end = place / Self.sector * Self.sector + sectors * Self.sector
        let length = UInt64(range.length)
        guard end > length else { return }
        guard end - length < Self.sector, place < length, !header.hasExternalData else { throw .cut("qcow2", before: "clusters") }
        guard !whole.contains(place) else { return }
        guard whole.count < Self.most, isWhole(try range.read(Int(length - place), at: Int64(place))) else {
            throw .cut("qcow2", before: "clusters")
        }
        whole.insert(place)
    }

    private func isWhole(_ bytes: [UInt8]) -> Bool {
        switch header.compression {
        case .deflate: inflates(bytes)
        case .zstd: unpacks(bytes)
        }
    }

    private func inflates(_ bytes: [UInt8]) -> Bool {
        var (input, output) = (bytes, [UInt8](repeating: 0, count: Int(header.clusterBytes)))
        var stream = z_stream()
        // 15 is the largest window, negative without header and checksum (zlib.h, inflateInit2).
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else { return false }
        defer { inflateEnd(&stream) }
        let (given, room) = (UInt32(input.count), UInt32(output.count))
        return input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                // SAFETY: zlib reads and writes within the lengths that are given, during this call alone.
                (stream.next_in, stream.avail_in) = (input.baseAddress, given)
                (stream.next_out, stream.avail_out) = (output.baseAddress, room)
                return inflate(&stream, Z_FINISH) == Z_STREAM_END || stream.avail_out == 0
            }
        }
    }

    private func unpacks(_ bytes: [UInt8]) -> Bool {
        var output = [UInt8](repeating: 0, count: Int(header.clusterBytes))
        guard let stream = ZSTD_createDStream() else { return false }
        defer { ZSTD_freeDStream(stream) }
        return bytes.withUnsafeBytes { bytes in
            output.withUnsafeMutableBytes { room in
                // SAFETY: zstd reads and writes within the lengths that are given, during these calls alone.
                var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
                var output = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                while output.pos < output.size {
                    let before = (input.pos, output.pos)
                    let status = ZSTD_decompressStream(stream, &output, &input)
                    guard ZSTD_isError(status) == 0, before != (input.pos, output.pos) else { return false }
                }
                return true
            }
        }
    }
}
