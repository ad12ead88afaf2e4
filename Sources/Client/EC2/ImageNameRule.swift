/// What EC2 lets an image be called. Checked before a long upload, because the server only sees the name after it.
package enum ImageNameRule {
    private static let punctuation = Set("()[] ./-'@_".unicodeScalars)

    /// Says what is wrong with a name; nil when nothing is.
    package static func objection(to name: String) -> String? {
        guard (3...128).contains(name.unicodeScalars.count) else { return "an image name has 3 to 128 characters" }
        guard let odd = name.unicodeScalars.first(where: { !allows($0) }) else { return nil }
        return "an image name cannot hold '\(TerminalText.clean(String(odd)))': letters, digits and ( ) [ ] space . / - ' @ _ are allowed"
    }

    /// A legal name made of a file's name without its extension.
    package static func suggestion(forFile path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        let stem = last.lastIndex(of: ".").map { $0 == last.startIndex ? last : String(last[..<$0]) } ?? last
        let legal = String(String.UnicodeScalarView(stem.unicodeScalars.prefix(128).map { allows($0) ? $0 : "-" }))
        return legal.count < 3 ? "disk-\(legal)" : legal
    }

    private static func allows(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))) || punctuation.contains(scalar)
    }
}
