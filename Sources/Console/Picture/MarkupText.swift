extension String {
    /// Appends text so that it is text in markup, between tags as in quoted attributes.
    ///
    /// It looks at scalars, never at `Character`s: a quotation mark with a combining mark behind it is one `Character`, equal to no quotation mark,
    /// and a browser would still see the end of the attribute. Scalars that XML forbids are dropped; line ends and tabs become spaces.
    package mutating func appendEscaped(_ text: String) {
        // Most texts have nothing to escape. 0xef begins U+FFFE and U+FFFF.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0xef && !Self.marks.contains($0) }) {
            self += text
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": self += "&amp;"
            case "<": self += "&lt;"
            case ">": self += "&gt;"
            case "\"": self += "&quot;"
            case "'": self += "&#39;"
            case "\t", "\n", "\r": self += " "
            case "\u{0}"..<" ", "\u{fffe}", "\u{ffff}": break
            default: unicodeScalars.append(scalar)
            }
        }
    }

    private static let marks = Array("&<>\"'".utf8)
}
