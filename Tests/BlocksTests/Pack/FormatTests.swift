import Blocks
import NIOCore
import TestSupport
import Testing

/// The formats as docs/formats writes them down, with the examples of those documents.
struct FormatTests {
    private static let blocks = [1, 2].map { Digest(sha256: [UInt8](repeating: $0, count: BlockSize.bytes)) }
    private static let header = PackHeader(
        id: PackID(bytes: Array(0x00...0x0f as ClosedRange<UInt8>)) ?? .random(),
        openKey: Array(0x20...0x3f),
        createdMilliseconds: 1_700_000_000_000
    )

    private func expect(_ bytes: [UInt8], _ name: String, in document: String) throws {
        #expect(try DocumentedFormat.bytes(name, in: document) == bytes, "\(name) is\n\(DocumentedFormat.dump(bytes))")
    }

    private func pages() throws -> [BlockMapPage] {
        [try BlockMapPage([(slot: 0, digest: Self.blocks[0])]), try BlockMapPage([(slot: 6, digest: Self.blocks[1])])]
    }

    @Test func blockMapsAreAsDocumented() throws {
        let pages = try pages()
        try expect(pages[0].encoded, "page", in: "block-map.md")
        let root = try BlockMapRoot(
            volumeBytes: 1 << 30,
            entries: [.init(page: 0, blockCount: 1, digest: pages[0].digest), .init(page: 1, blockCount: 1, digest: pages[1].digest)]
        )
        try expect(root.encoded, "root", in: "block-map.md")
        try expect(root.digest.bytes, "address", in: "block-map.md")
    }

    @Test func packsAreAsDocumented() throws {
        try expect(Self.header.encoded, "header", in: "pack.md")
        let preamble = Self.header.preamble
        #expect(preamble.count == 8_192)
        #expect(Array(preamble[..<76]) == Self.header.encoded)
        #expect(Array(preamble[4_096..<4_172]) == Self.header.encoded)
        #expect(preamble.filter { $0 != 0 }.count == 2 * Self.header.encoded.filter { $0 != 0 }.count)

        let length = try expectFrame("frame", at: PackHeader.firstFrame, in: .open)
        let id = try #require(SealDomainID(bytes: Array(0x40...0x4f)))
        let domain = Array(0x50...0x6f as ClosedRange<UInt8>).withUnsafeBytes { SealDomain(id, dataKey: $0) }
        try expectFrame("sealed frame", at: PackHeader.firstFrame + length, in: domain)
        #expect(try PackHeader(decoding: Self.header.encoded) == Self.header)
    }

    /// Seals the example's page, compares it and opens it. Returns how long the frame is.
    @discardableResult
    private func expectFrame(_ name: String, at offset: UInt64, in domain: SealDomain) throws -> UInt64 {
        let page = try pages()[0]
        let payload = FramePayload(kind: .page, codec: .raw, plainLength: 168, bytes: ByteBuffer(bytes: page.encoded))
        let header = FrameHeader(
            kind: .page,
            codec: .raw,
            plainLength: 168,
            storedLength: payload.storedLength,
            offset: offset,
            domain: domain.id,
            address: domain.address(of: page.digest)
        )
        let seal = FrameSeal(of: Self.header, in: domain)
        let frame = try seal.seal(payload, header: header)
        try expect(Array(frame.readableBytesView), name, in: "pack.md")

        var sealed = frame
        sealed.moveReaderIndex(forwardBy: FrameHeader.bytes)
        #expect(try seal.open(sealed, header: header).bytes == payload.bytes)
        #expect(try FrameHeader(decoding: header.encoded, at: offset) == header)
        return UInt64(frame.readableBytes)
    }

    @Test func theChecksumIsCRC32C() {
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
        #expect(CRC32C.checksum([UInt8]()) == 0)
        var generator = SeededGenerator(seed: 1)
        for length in 0..<80 {
            let (first, second) = (generator.bytes(length % 21), generator.bytes(length))
            #expect(CRC32C.checksum(first.span.bytes, second.span.bytes) == CRC32C.checksum(first + second))
        }
    }

    @Test func aHeaderWithAnyBitChangedIsRefused() throws {
        let frame = FrameHeader(
            kind: .block,
            codec: .zstd,
            plainLength: 524_288,
            storedLength: 1_000,
            offset: 8_192,
            domain: .open,
            address: Self.blocks[0]
        ).encoded
        for bit in 0..<(frame.count * 8) {
            var bytes = frame
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: FrameDamage.self, "bit \(bit)") { try FrameHeader(decoding: bytes, at: 8_192) }
        }
        #expect(throws: FrameDamage.header("of another place")) { try FrameHeader(decoding: frame, at: 8_200) }
        let pack = Self.header.encoded
        for bit in 0..<(pack.count * 8) {
            var bytes = pack
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: FrameDamage.self, "bit \(bit)") { try PackHeader(decoding: bytes) }
        }
    }

    @Test func lengthsThatNoWriterMakesAreRefused() {
        func header(_ kind: FrameKind, _ plain: UInt32, _ stored: UInt32) -> [UInt8] {
            FrameHeader(
                kind: kind,
                codec: .raw,
                plainLength: plain,
                storedLength: stored,
                offset: 8_192,
                domain: .open,
                address: Self.blocks[0]
            ).encoded
        }
        let impossible = FrameDamage.header("impossible lengths")
        #expect(throws: impossible) { try FrameHeader(decoding: header(.block, 524_289, 100), at: 8_192) }
        #expect(throws: impossible) { try FrameHeader(decoding: header(.page, 524_288, 100), at: 8_192) }
        #expect(throws: impossible) { try FrameHeader(decoding: header(.block, 100, 15), at: 8_192) }
        #expect(throws: impossible) { try FrameHeader(decoding: header(.block, 100, 117), at: 8_192) }
    }

    @Test(arguments: seeds(5)) func payloadsGoThereAndBack(seed: UInt64) throws {
        for plain in [TestBlock.compressible(seed), TestBlock.incompressible(seed)] {
            let payload = FramePayload(kind: .block, plain: plain, level: 1)
            #expect(try payload.plain() == plain)
            #expect(payload.bytes.readableBytes <= plain.readableBytes)
        }
        var broken = FramePayload(kind: .block, plain: TestBlock.compressible(seed), level: 1)
        broken = FramePayload(kind: .block, codec: .zstd, plainLength: 1_000, bytes: broken.bytes)
        #expect(throws: FrameDamage.codec) { try broken.plain() }
    }

    @Test func namesOfPacksGoThereAndBack() throws {
        let id = PackID.random()
        #expect(PackID(fileName: id.fileName) == id)
        #expect(PackID(bytes: id.bytes) == id)
        #expect(id.fileName.count == 37)
        for name in ["", ".pack", "00.pack", id.fileName.uppercased(), id.fileName + "x", "x" + id.fileName] {
            #expect(PackID(fileName: name) == nil, "\(name)")
        }
    }
}
