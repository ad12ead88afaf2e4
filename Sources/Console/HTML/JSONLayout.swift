import Foundation

/// Lays a JSON document out in lines, with its members in their order and its texts to the letter.
package enum JSONLayout {
    private static let indent = "  "

    /// - Returns: the text as it is, where it is no JSON.
    package static func pretty(_ text: String) -> String {
        guard (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil else { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count * 2)
        var depth = 0
        var (isInText, isEscaped) = (false, false)
        func newLine() {
            out.append(UInt8(ascii: "\n"))
            for _ in 0..<depth { out.append(contentsOf: indent.utf8) }
        }
        for byte in text.utf8 {
            if isInText {
                out.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            let opened = out.last == UInt8(ascii: "{") || out.last == UInt8(ascii: "[")
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): continue
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if !opened { newLine() }
                out.append(byte)
                continue
            default: if opened { newLine() }
            }
            out.append(byte)
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ","): newLine()
            case UInt8(ascii: ":"): out.append(UInt8(ascii: " "))
            default: break
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
