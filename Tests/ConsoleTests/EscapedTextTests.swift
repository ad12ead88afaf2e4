import Console
import TestSupport
import Testing

struct EscapedTextTests {
    /// A mark that combines makes one character of itself and what stands before it, and a browser takes them for two.
    @Test(arguments: ["\u{301}", "\u{200D}", "\u{FE0F}", "\u{20E3}", "\u{1F3FB}"])
    func marksHideNothing(mark: String) {
        for character in ["<", ">", "&", "\"", "'"] {
            let escaped = EscapedText().escapeText("a\(character)\(mark)b")
            #expect(!escaped.utf8.contains { $0 != UInt8(ascii: "&") && character.utf8.contains($0) })
            #expect(escaped.utf8.starts(with: "a&".utf8))
            #expect(Self.read(escaped).unicodeScalars.elementsEqual("a\(character)\(mark)b".unicodeScalars))
        }
    }

    @Test func whatIsReadIsWhatWasWritten() {
        var generator = SeededGenerator(seed: 17)
        let alphabet: [Unicode.Scalar] = ["<", ">", "&", "\"", "'", "a", ";", "\u{301}", "\r", "\n", "é", "🚢", "\u{202E}", "#", "x"]
        for _ in 0..<500 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &generator) { text.append(alphabet.randomElement(using: &generator) ?? "a") }
            let escaped = EscapedText().escapeText(String(text))
            #expect(!escaped.utf8.contains { "<>\"'".utf8.contains($0) })
            #expect(Self.read(escaped).unicodeScalars.elementsEqual(text))
        }
    }

    @Test func whatHTMLCannotWriteIsReplaced() {
        #expect(EscapedText().escapeText("a\0b") == "a\u{FFFD}b")
    }

    /// As a browser reads the five: by code points.
    private static func read(_ html: String) -> String {
        let names: [(name: String, character: UInt8)] = [
            ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")), ("&quot;", UInt8(ascii: "\"")), ("&#39;", UInt8(ascii: "'")),
            ("&amp;", UInt8(ascii: "&")),
        ]
        var (bytes, rest) = ([UInt8](), Array(html.utf8)[...])
        while let byte = rest.first {
            if let found = names.first(where: { rest.starts(with: $0.name.utf8) }) {
                bytes.append(found.character)
                rest = rest.dropFirst(found.name.utf8.count)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
