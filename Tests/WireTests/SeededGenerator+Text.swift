import TestSupport

extension SeededGenerator {
    /// Text of all kinds of characters: the ones that dialects escape, control characters, and several planes of Unicode.
    mutating func text(upTo length: Int) -> String {
        let pool: [ClosedRange<UInt32>] = [0x20...0x7E, 0x20...0x7E, 0x00...0x1F, 0x80...0x7FF, 0xFFF0...0xFFFF, 0x1F600...0x1F64F]
        var text = ""
        for _ in 0..<Int.random(in: 0...length, using: &self) {
            let range = pool[Int.random(in: 0..<pool.count, using: &self)]
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.unicodeScalars.append(scalar) }
        }
        return text
    }

    /// Bytes of which most come from `alphabet`, so that a parser gets further than its first check.
    mutating func bytes(upTo length: Int, alphabet: String) -> [UInt8] {
        let alphabet = Array(alphabet.utf8)
        return (0..<Int.random(in: 0...length, using: &self)).map { _ in
            Int.random(in: 0..<16, using: &self) == 0
                ? UInt8.random(in: 0...255, using: &self) : alphabet[Int.random(in: 0..<alphabet.count, using: &self)]
        }
    }
}
