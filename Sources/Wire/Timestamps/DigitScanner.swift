/// Reads fixed-width numbers and separators from a short ASCII text.
struct DigitScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Exactly `count` decimal digits, else nil and nothing is consumed.
    mutating func number(digits count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + count] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        position += count
        return value
    }

    /// Consumes the next byte when it is one of `characters`, and says which.
    mutating func take(_ characters: StaticString) -> UInt8? {
        guard position < bytes.count else { return nil }
        let next = bytes[position]
        let isWanted = characters.withUTF8Buffer { $0.contains(next) }
        guard isWanted else { return nil }
        position += 1
        return next
    }

    /// Consumes `word` when the text goes on with it.
    mutating func take(word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }
}
