/// The 80 bytes in front of every payload. A frame describes itself, so that the index can be rebuilt from packs alone.
///
/// Layout (little-endian, docs/formats/pack.md):
/// ```
/// 0   8   magic "FERRYFR" and 0
/// 8   2   version, 1
/// 10  1   kind: 1 block, 2 page, 3 root
/// 11  1   codec: 0 raw, 1 zstd
/// 12  4   plain length
/// 16  4   stored length: ciphertext and tag
/// 20  8   offset of this header in the pack; also the nonce
/// 28  16  domain; zeros are the open one
/// 44  32  address
/// 76  4   CRC32C of the 76 bytes before
/// ```
/// The magic comes first because a scanner looks for it; the checksum last because it covers the rest. The offset ties a frame to
/// its place: a stray copy of a frame inside another one's payload is not taken for a frame. The whole header is authenticated by the seal.
package struct FrameHeader: Equatable, Sendable {
    let kind: FrameKind
    let codec: FrameCodec
    let plainLength: UInt32
    let storedLength: UInt32
    let offset: UInt64
    let domain: SealDomainID
    let address: Digest

    static let magic: [UInt8] = Array("FERRYFR".utf8) + [0]
    static let version: UInt16 = 1
    package static let bytes = 80
    static let tagBytes = 16
    /// Frames start at multiples of this, which lets a scanner look for the magic a word at a time.
    static let alignment: UInt64 = 8

    /// Where the frame behind this one starts.
    var nextOffset: UInt64 { Self.align(offset + UInt64(Self.bytes) + UInt64(storedLength)) }

    static func align(_ offset: UInt64) -> UInt64 { (offset + alignment - 1) & ~(alignment - 1) }

    package init(
        kind: FrameKind,
        codec: FrameCodec,
        plainLength: UInt32,
        storedLength: UInt32,
        offset: UInt64,
        domain: SealDomainID,
        address: Digest
    ) {
        self.kind = kind
        self.codec = codec
        self.plainLength = plainLength
        self.storedLength = storedLength
        self.offset = offset
        self.domain = domain
        self.address = address
    }

    /// The header that must stand where the index says.
    init(of frame: IndexedFrame) {
        self.init(
            kind: frame.location.kind,
            codec: frame.location.codec,
            plainLength: frame.location.plainLength,
            storedLength: frame.location.storedLength,
            offset: frame.location.offset,
            domain: frame.location.domain,
            address: frame.address
        )
    }

    package var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.reserveCapacity(Self.bytes)
        bytes.appendLittleEndian(Self.version)
        bytes.append(kind.rawValue)
        bytes.append(codec.rawValue)
        bytes.appendLittleEndian(plainLength)
        bytes.appendLittleEndian(storedLength)
        bytes.appendLittleEndian(offset)
        bytes += domain.bytes
        address.append(to: &bytes)
        bytes.appendLittleEndian(CRC32C.checksum(bytes))
        return bytes
    }

    /// Reads a header that is to stand at `place`.
    package init(decoding bytes: [UInt8], at place: UInt64) throws(FrameDamage) {
        guard bytes.count == Self.bytes else { throw .cutOff }
        guard bytes.starts(with: Self.magic) else { throw .header("no magic") }
        let span = bytes.span.bytes
        guard span.littleEndian(UInt32.self, at: 76) == CRC32C.checksum(bytes[..<76]) else { throw .header("checksum") }
        guard span.littleEndian(UInt16.self, at: 8) == Self.version else { throw .header("unknown version") }
        guard let kind = FrameKind(rawValue: bytes[10]), let codec = FrameCodec(rawValue: bytes[11]) else {
            throw .header("unknown kind or codec")
        }
        guard let domain = SealDomainID(bytes: bytes[28..<44]) else { throw .cutOff }
        guard span.littleEndian(UInt64.self, at: 20) == place else { throw .header("of another place") }
        let plainLength = span.littleEndian(UInt32.self, at: 12)
        let storedLength = span.littleEndian(UInt32.self, at: 16)
        // Compression is only kept when it makes a frame smaller, so no payload is longer than its plain bytes.
        guard Int(plainLength) <= kind.maximumPlainBytes, storedLength >= Self.tagBytes,
            Int(storedLength) <= Int(plainLength) + Self.tagBytes
        else { throw .header("impossible lengths") }
        self.init(
            kind: kind,
            codec: codec,
            plainLength: plainLength,
            storedLength: storedLength,
            offset: place,
            domain: domain,
            address: Digest(in: span, at: 44)
        )
    }
}
