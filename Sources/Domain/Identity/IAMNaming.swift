/// What names and paths of IAM are made of (IAM, "Name requirements"; the patterns of its service model).
package enum IAMNaming {
    /// Names that differ in capital letters alone are the same name.
    package static func folded(_ name: String) -> String { name.lowercased() }

    /// `[\w+=,.@-]`
    package static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "+", "=", ",", ".", "@", "-": true
        default: false
        }
    }

    /// `\w`
    package static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    /// `/`, or visible characters of ASCII between slashes.
    package static func isPath(_ text: String) -> Bool {
        text == "/"
            || text.utf8.count > 2 && text.hasPrefix("/") && text.hasSuffix("/") && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The beginning of a path.
    package static func isPathPrefix(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.allSatisfy { (0x21...0x7F).contains($0) }
    }

    /// Lower-case letters and digits, with single dashes between them.
    package static func isAccountAlias(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
            && !text.hasPrefix("-") && !text.hasSuffix("-") && !text.contains("--")
    }

    /// The path of a customer managed policy: words between slashes.
    package static func isPolicyPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.hasSuffix("/") && !text.contains("//") && text.unicodeScalars.allSatisfy { $0 == "/" || isOfName($0) }
    }
}
