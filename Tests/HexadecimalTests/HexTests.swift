import Hexadecimal
import TestSupport
import Testing

@Suite struct HexTests {
    @Test(arguments: seeds(16)) func bytesGoIntoTextAndBack(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = generator.bytes(Int.random(in: 0...100, using: &generator))
        let text = Hex.encode(bytes)
        #expect(text.utf8.count == 2 * bytes.count)
        #expect(text == text.lowercased())
        #expect(Hex.decode(text.utf8) == bytes)
        #expect(Hex.decode(text.uppercased().utf8) == bytes)
        // Half a byte.
        #expect(Hex.decode((text + "0").utf8) == nil)
    }

    @Test func leadingZerosStay() { #expect(Hex.encode([0, 1, 0x0f, 0xf0, 0xff]) == "00010ff0ff") }

    @Test(arguments: ["0g", "g0", " 00", "0x00", "+1", "é0", "0\u{0}"]) func nothingElseIsRead(text: String) {
        #expect(Hex.decode(text.utf8) == nil)
    }
}
