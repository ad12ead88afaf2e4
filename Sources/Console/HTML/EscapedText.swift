import Mustache

/// Escapes for HTML by bytes. The library does so by characters, and passes over a quotation mark that a combining mark follows: the two are one
/// character, and a browser still ends the attribute there.
package struct EscapedText: MustacheContentType {
    package init() {}

    static let name = "ESCAPED"

    static func register() { MustacheContentTypes.register(EscapedText(), named: name) }

    package func escapeText(_ text: String) -> String {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            // HTML has no way to write it.
            case 0: escaped += "\u{FFFD}".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
