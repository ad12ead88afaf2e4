import NIOCore

/// One record of an archive: a header of 20 bytes and a payload.
///
/// Layout (little-endian, docs/formats/image-archive.md):
/// ```
/// 0   1  kind: 1 metadata, 2 disk, 3 block, 4 end
/// 1   1  codec: 0 raw, 1 zstd, which only a block may be
/// 2   2  zeros
/// 4   4  length of the payload
/// 8   8  number: of a disk its position, of a block its index, of the end the count of disks, else 0
/// 16  4  CRC32C of the 16 bytes before and the payload
/// ```
/// The checksum covers what tells it where the payload ends: a damaged length costs a reader no more than the longest payload.
struct ArchiveRecord: Sendable {
    enum Kind: UInt8, Sendable, CaseIterable {
        case metadata = 1
        case disk = 2
        case block = 3
        case end = 4

        /// The lengths that a payload of this kind may have.
        var payloadBytes: ClosedRange<Int> {
            switch self {
            case .metadata: 0...ArchiveLimits.metadataBytesMax
            case .disk: ArchivedDisk.encodedBytes...ArchivedDisk.encodedBytes
            case .block: 1...BlockSize.bytes
            case .end: 8...8
            }
        }
    }

    static let headerBytes = 20

    let kind: Kind
    var codec = FrameCodec.raw
    var number: UInt64 = 0
    let payload: ByteBuffer

    private var head: [UInt8] {
        var bytes: [UInt8] = [kind.rawValue, codec.rawValue, 0, 0]
        bytes.reserveCapacity(Self.headerBytes)
        bytes.appendLittleEndian(UInt32(payload.readableBytes))
        bytes.appendLittleEndian(number)
        return bytes
    }

    var encoded: ByteBuffer {
        var head = head
        head.appendLittleEndian(CRC32C.checksum(head.span.bytes, payload.readableBytesSpan))
        var bytes = ByteBuffer()
        bytes.reserveCapacity(head.count + payload.readableBytes)
        bytes.writeBytes(head)
        bytes.writeImmutableBuffer(payload)
        return bytes
    }

    /// Takes a record off the front of `buffer`, which stands at `offset` of the archive. Nil when it has not come whole.
    static func read(from buffer: inout ByteBuffer, at offset: UInt64) throws(ArchiveError) -> ArchiveRecord? {
        let start = buffer.readerIndex
        guard let header = buffer.getSlice(at: start, length: headerBytes) else { return nil }
        let span = header.readableBytesSpan
        // What is needed to find the end of the record is looked at before the checksum is known.
        guard let kind = Kind(rawValue: span.littleEndian(UInt8.self, at: 0)) else {
            throw ArchiveError(.damaged, "no kind of record has the number \(span.littleEndian(UInt8.self, at: 0))", at: offset)
        }
        let length = Int(span.littleEndian(UInt32.self, at: 4))
        guard kind.payloadBytes.contains(length) else {
            throw ArchiveError(.damaged, "a record of the kind \(kind) never has \(length) bytes", at: offset)
        }
        guard let payload = buffer.getSlice(at: start + headerBytes, length: length) else { return nil }
        guard span.littleEndian(UInt32.self, at: 16) == CRC32C.checksum(span.extracting(0..<16), payload.readableBytesSpan) else {
            throw ArchiveError(.damaged, "the checksum of a record of the kind \(kind) is wrong", at: offset)
        }
        let codec = FrameCodec(rawValue: span.littleEndian(UInt8.self, at: 1))
        guard let codec, kind == .block || codec == .raw, span.littleEndian(UInt16.self, at: 2) == 0 else {
            throw ArchiveError(.malformed, "a record of the kind \(kind) has an unknown codec or flags", at: offset)
        }
        buffer.moveReaderIndex(forwardBy: headerBytes + length)
        return ArchiveRecord(kind: kind, codec: codec, number: span.littleEndian(UInt64.self, at: 8), payload: payload)
    }
}
