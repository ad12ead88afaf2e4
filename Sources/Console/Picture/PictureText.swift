/// Texts that must fit into a width. The server has no fonts, so widths are estimates, on the wide side of common interface fonts.
enum PictureText {
    /// A `Character` may carry any number of combining marks. Emoji of families need about a dozen scalars; what is beyond is ornament.
    private static let scalarsInCharacterMax = 12

    /// The text, or its beginning and an ellipsis, so that it takes `room` pixels at most in letters `size` pixels high.
    static func cut(_ text: String, room: Int, size: Int) -> String {
        let roomInUnits = room * 100
        // Nearly every text is ASCII and fits.
        if text.utf8.allSatisfy({ $0 < 0x80 }), text.utf8.reduce(0, { $0 + self.width(of: Unicode.Scalar($1)) }) * size <= roomInUnits {
            return text
        }
        let ellipsis = 100 * size
        var width = 0
        var kept = ""
        var keptWithEllipsis = ""
        for character in text {
            let scalars = character.unicodeScalars.prefix(scalarsInCharacterMax)
            width += self.width(of: scalars) * size
            guard width <= roomInUnits else { return keptWithEllipsis + "…" }
            kept.unicodeScalars.append(contentsOf: scalars)
            if width + ellipsis <= roomInUnits { keptWithEllipsis = kept }
        }
        return kept
    }

    /// The text's first `count` scalars, for what has no width, such as a tooltip.
    static func cut(_ text: String, scalars count: Int) -> String {
        // No scalar takes less than a byte.
        if text.utf8.count <= count || text.unicodeScalars.count <= count { return text }
        var kept = ""
        kept.unicodeScalars.append(contentsOf: text.unicodeScalars.prefix(count))
        return kept + "…"
    }

    /// The width of one `Character`, in hundredths of the letters' height: that of its widest scalar, as the others are marks on it.
    private static func width(of scalars: Substring.UnicodeScalarView) -> Int { scalars.reduce(0) { max($0, width(of: $1)) } }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "\u{0}"..<" ", "\u{200b}"..."\u{200f}", "\u{202a}"..."\u{202e}": 0
        case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", "(", ")", "[", "]", " ", "f", "t", "r", "/": 33
        case "m", "w", "M", "W", "@", "%": 93
        case "0"..."9", "-": 58
        case "A"..."Z": 71
        case "\u{20}"..."\u{7e}": 60
        case "\u{a0}"..."\u{10ff}": 70
        default: 110
        }
    }
}
