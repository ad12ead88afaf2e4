import Blocks
import TestSupport
import Testing

struct BlockMapPageTests {
    @Test(arguments: seeds(50)) func encodingGoesThereAndBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let model = RandomMap.page(density: Int.random(in: 1...40, using: &generator), using: &generator)
        let page = try BlockMapPage(model.sorted { $0.key < $1.key }.map { (slot: $0.key, digest: $0.value) })
        #expect(page.count == model.count)
        for slot in 0..<BlockSize.blocksPerPage { #expect(page[slot] == model[slot]) }
        #expect(page.entries.map(\.slot) == model.keys.sorted())
        let encoded = page.encoded
        #expect(encoded.count <= BlockMapPage.maximumEncodedBytes)
        let decoded = try BlockMapPage(decoding: encoded.span.bytes)
        #expect(decoded == page)
        #expect(decoded.encoded == encoded)
        #expect(page.digest == Digest(sha256: encoded))
    }

    @Test(arguments: seeds(30)) func whatDecodesIsCanonical(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let model = RandomMap.page(density: 200, using: &generator)
        var bytes = try BlockMapPage(model.sorted { $0.key < $1.key }.map { (slot: $0.key, digest: $0.value) }).encoded
        for _ in 0..<50 {
            let place = Int.random(in: bytes.indices, using: &generator)
            let old = bytes[place]
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
            if let page = try? BlockMapPage(decoding: bytes.span.bytes) { #expect(page.encoded == bytes) }
            bytes[place] = old
        }
        for length in [0, 7, 8, 135, bytes.count - 1] {
            #expect(throws: BlockMapError.self) { try BlockMapPage(decoding: bytes.span.bytes.extracting(0..<length)) }
        }
        let longer = bytes + [0]
        #expect(throws: BlockMapError.self) { try BlockMapPage(decoding: longer.span.bytes) }
    }

    @Test func refusesWhatIsNotCanonical() throws {
        let digest = Digest(sha256: [1])
        #expect(throws: BlockMapError.notAscending(index: 5)) { try BlockMapPage([(slot: 6, digest: digest), (slot: 5, digest: digest)]) }
        #expect(throws: BlockMapError.notAscending(index: 5)) { try BlockMapPage([(slot: 5, digest: digest), (slot: 5, digest: digest)]) }
        #expect(throws: BlockMapError.outsideVolume(index: 1024)) { try BlockMapPage([(slot: 1024, digest: digest)]) }
        #expect(try BlockMapPage([(slot: 3, digest: .zeroBlock)]).isEmpty)

        let empty = BlockMapPage().encoded
        #expect(throws: BlockMapError.malformed("empty page")) { try BlockMapPage(decoding: empty.span.bytes) }
        var zero = try BlockMapPage([(slot: 3, digest: digest)]).encoded
        zero.replaceSubrange(136..<168, with: Digest.zeroBlock.bytes)
        #expect(throws: BlockMapError.malformed("a zero block listed as data")) { try BlockMapPage(decoding: zero.span.bytes) }
        var later = try BlockMapPage([(slot: 3, digest: digest)]).encoded
        later[7] = 2
        #expect(throws: BlockMapError.unsupportedVersion) { try BlockMapPage(decoding: later.span.bytes) }
    }
}
