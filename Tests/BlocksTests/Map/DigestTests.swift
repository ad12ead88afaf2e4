import Blocks
import Files
import NIOCore
import TestSupport
import Testing

struct DigestTests {
    @Test func isSHA256() {
        let digest = Digest(sha256: Array("abc".utf8))
        #expect("\(digest)" == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(digest.short == "ba7816bf8f01")
        #expect("\(Digest.zeroBlock)" == "07854d2fef297a06ba81685e660c332de36d5d18d546927d30daad6d7fda1541")
    }

    @Test(arguments: seeds(20)) func bytesAndTextGoThereAndBack(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = generator.bytes(32)
        #expect(Digest(bytes: bytes)?.bytes == bytes)
        let digest = Digest(sha256: bytes)
        #expect(Digest(hex: "\(digest)") == digest)
        #expect(Digest(hex: "\(digest)".uppercased()) == digest)
    }

    @Test(arguments: seeds(20)) func orderIsTheOrderOfBytes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Few different values, so that the first difference is at any place.
        let pairs = (0..<200).map { _ in (0..<32).map { _ in generator.oneIn(30) ? UInt8(200) : 100 } }
        let digests = pairs.compactMap { Digest(bytes: $0) }
        #expect(digests.sorted().map(\.bytes) == pairs.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test func refusesOtherLengthsAndLetters() {
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 33)) == nil)
        #expect(Digest(hex: String(repeating: "a", count: 63)) == nil)
        #expect(Digest(hex: String(repeating: "a", count: 66)) == nil)
        #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
    }

    @Test func findsASingleBitInZeros() {
        var bytes = [UInt8](repeating: 0, count: 10_000)
        #expect(allZero(bytes))
        #expect(allZero([]))
        for place in [0, 1, 7, 8, 511, 512, 513, 4_095, 9_727, 9_728, 9_999] {
            bytes[place] = 1
            #expect(!allZero(bytes), "byte \(place)")
            bytes[place] = 0
        }
    }

    private func allZero(_ bytes: [UInt8]) -> Bool { ByteScan.isZero(bytes.span.bytes) }
}
