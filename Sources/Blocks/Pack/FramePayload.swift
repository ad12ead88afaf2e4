import NIOCore

/// What is sealed in a frame: bytes of a kind, compressed or not.
package struct FramePayload: Sendable {
    package let kind: FrameKind
    package let codec: FrameCodec
    package let plainLength: UInt32
    package let bytes: ByteBuffer

    package init(kind: FrameKind, codec: FrameCodec, plainLength: UInt32, bytes: ByteBuffer) {
        self.kind = kind
        self.codec = codec
        self.plainLength = plainLength
        self.bytes = bytes
    }

    /// Compresses `plain`, or keeps it as it is when that is not larger.
    package init(kind: FrameKind, plain: ByteBuffer, level: Int) {
        let compressed = Zstd.compress(plain, level: level)
        self.init(
            kind: kind,
            codec: compressed == nil ? .raw : .zstd,
            plainLength: UInt32(plain.readableBytes),
            bytes: compressed ?? plain
        )
    }

    /// The plain bytes. Whether they are the right ones is proven by the seal that the payload came out of.
    package func plain() throws(FrameDamage) -> ByteBuffer {
        switch codec {
        case .raw:
            guard bytes.readableBytes == Int(plainLength) else { throw .codec }
            return bytes
        case .zstd:
            guard let plain = Zstd.decompress(bytes, length: Int(plainLength)) else { throw .codec }
            return plain
        }
    }

    package var storedLength: UInt32 { UInt32(bytes.readableBytes + FrameHeader.tagBytes) }
    /// What the frame takes in the pack, before alignment.
    var frameLength: UInt64 { UInt64(FrameHeader.bytes) + UInt64(storedLength) }
}
