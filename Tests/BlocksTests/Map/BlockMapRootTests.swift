import Blocks
import TestSupport
import Testing

struct BlockMapRootTests {
    private static let volume: UInt64 = 5 << 30

    @Test(arguments: seeds(50)) func encodingGoesThereAndBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var entries: [BlockMapRoot.Entry] = []
        for page in 0..<UInt32(10) where generator.oneIn(2) {
            entries.append(
                .init(page: page, blockCount: .random(in: 1...1024, using: &generator), digest: RandomMap.digest(using: &generator))
            )
        }
        let root = try BlockMapRoot(volumeBytes: Self.volume, entries: entries)
        let encoded = root.encoded
        let decoded = try BlockMapRoot(decoding: encoded.span.bytes)
        #expect(decoded == root)
        #expect(root.dataBytes == Int64(entries.reduce(0) { $0 + Int($1.blockCount) } * BlockSize.bytes))
        for page in 0..<UInt32(10) { #expect(root.entry(page: page) == entries.first { $0.page == page }) }

        var bytes = encoded
        for _ in 0..<100 {
            let place = Int.random(in: bytes.indices, using: &generator)
            let old = bytes[place]
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
            if let other = try? BlockMapRoot(decoding: bytes.span.bytes) { #expect(other.encoded == bytes) }
            bytes[place] = old
        }
        for length in [0, 7, 19, encoded.count - 1] {
            #expect(throws: BlockMapError.self) { try BlockMapRoot(decoding: encoded.span.bytes.extracting(0..<length)) }
        }
    }

    @Test func refusesWhatIsNotCanonical() throws {
        func entry(_ page: UInt32, _ count: UInt16 = 1) -> BlockMapRoot.Entry {
            .init(page: page, blockCount: count, digest: Digest(sha256: [1]))
        }
        #expect(throws: BlockMapError.notAscending(index: 1024)) {
            try BlockMapRoot(volumeBytes: Self.volume, entries: [entry(2), entry(1)])
        }
        #expect(throws: BlockMapError.notAscending(index: 1024)) {
            try BlockMapRoot(volumeBytes: Self.volume, entries: [entry(1), entry(1)])
        }
        #expect(throws: BlockMapError.outsideVolume(index: 10_240)) { try BlockMapRoot(volumeBytes: Self.volume, entries: [entry(10)]) }
        #expect(throws: BlockMapError.self) { try BlockMapRoot(volumeBytes: Self.volume, entries: [entry(0, 0)]) }
        #expect(throws: BlockMapError.self) { try BlockMapRoot(volumeBytes: Self.volume, entries: [entry(0, 1025)]) }
        // A volume of three blocks and a byte has four.
        let small = UInt64(3 * BlockSize.bytes + 1)
        #expect(try BlockMapRoot(volumeBytes: small, entries: [entry(0, 4)]).volumeBlocks == 4)
        #expect(throws: BlockMapError.self) { try BlockMapRoot(volumeBytes: small, entries: [entry(0, 5)]) }
        #expect(try BlockMapRoot(volumeBytes: 1 << 46).entries.isEmpty)
        #expect(throws: BlockMapError.volumeSize(1 << 46 + 1)) { try BlockMapRoot(volumeBytes: 1 << 46 + 1) }
    }

    @Test func equalRootsMeanEqualDisks() throws {
        let entry = BlockMapRoot.Entry(page: 1, blockCount: 1, digest: Digest(sha256: [1]))
        let root = try BlockMapRoot(volumeBytes: 1 << 30, entries: [entry])
        #expect(root.digest == (try BlockMapRoot(volumeBytes: 1 << 30, entries: [entry])).digest)
        #expect(root.digest != (try BlockMapRoot(volumeBytes: 1 << 31, entries: [entry])).digest)
    }
}
