/// Reads elements, text, CDATA, comments and the predefined entities; document types are refused, so nothing can be defined or fetched.
///
/// One pass with an explicit stack: the depth limit is a number, not the size of the thread's stack.
struct XMLParser {
    private struct Open {
        let name: ArraySlice<UInt8>
        let start: Int
        var attributes: [String: String] = [:]
        var text: [UInt8] = []
        var children: [XMLNode] = []
    }

    private let bytes: [UInt8]
    private let limits: XMLLimits
    private var position = 0
    private var elements = 0
    private var attributes = 0
    private var stack: [Open] = []
    private var root: XMLNode?

    init(_ bytes: [UInt8], limits: XMLLimits) throws(XMLError) {
        guard bytes.count <= limits.bytes else {
            throw XMLError(reason: "larger than \(limits.bytes) bytes", offset: limits.bytes)
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw XMLError(reason: "not UTF-8", offset: 0)
        }
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(XMLError) -> XMLNode {
        skip("\u{FEFF}")
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "<") {
                try markup()
            } else {
                try characterData()
            }
        }
        guard stack.isEmpty, let root else { throw failure("the document ends before its root element does") }
        return root
    }

    private mutating func markup() throws(XMLError) {
        if skip("<!--") {
            try skip(past: "-->")
        } else if skip("<![CDATA[") {
            let start = position
            try skip(past: "]]>")
            try append(bytes[start..<position - 3])
        } else if skip("<?") {
            try skip(past: "?>")
        } else if skip("<!") {
            throw failure("document types are not accepted")
        } else if skip("</") {
            try endTag()
        } else {
            position += 1
            try startTag()
        }
    }

    private mutating func startTag() throws(XMLError) {
        guard root == nil else { throw failure("a second root element") }
        guard stack.count < limits.depth else { throw failure("nested deeper than \(limits.depth)") }
        elements += 1
        guard elements <= limits.elements else { throw failure("more than \(limits.elements) elements") }
        let start = position - 1
        stack.append(Open(name: try name(), start: start))
        while true {
            let spaced = skipWhitespace()
            if skip("/>") { return close() }
            if skip(">") { return }
            guard spaced else { throw failure("white space or > expected") }
            try attribute()
        }
    }

    private mutating func attribute() throws(XMLError) {
        attributes += 1
        guard attributes <= limits.attributes else { throw failure("more than \(limits.attributes) attributes") }
        let name = String(decoding: try name(), as: UTF8.self)
        skipWhitespace()
        guard skip("=") else { throw failure("= expected") }
        skipWhitespace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") else {
            throw failure("a quoted attribute value was expected")
        }
        let quote = bytes[position]
        position += 1
        guard let end = bytes[position...].firstIndex(of: quote) else { throw failure("an attribute value does not end") }
        guard !bytes[position..<end].contains(UInt8(ascii: "<")) else { throw failure("< in an attribute value") }
        let value = String(decoding: try text(before: end), as: UTF8.self)
        position = end + 1
        guard stack[stack.count - 1].attributes.updateValue(value, forKey: name) == nil else { throw failure("an attribute stands twice") }
    }

    private mutating func endTag() throws(XMLError) {
        let name = try name()
        skipWhitespace()
        guard skip(">") else { throw failure("> expected") }
        guard let open = stack.last, open.name == name else { throw failure("an end tag without its start tag") }
        close()
    }

    private mutating func close() {
        guard let open = stack.popLast() else { return }
        let isLayout = !open.children.isEmpty && open.text.allSatisfy(Self.isWhitespace)
        let node = XMLNode(
            name: String(decoding: open.name, as: UTF8.self),
            attributes: open.attributes,
            text: isLayout ? "" : String(decoding: open.text, as: UTF8.self),
            children: open.children,
            source: open.start..<position
        )
        if stack.isEmpty {
            root = node
        } else {
            stack[stack.count - 1].children.append(node)
        }
    }

    private mutating func characterData() throws(XMLError) {
        let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        try append(try text(before: end)[...])
    }

    /// What stands from here to `end`, with references resolved.
    private mutating func text(before end: Int) throws(XMLError) -> [UInt8] {
        var text: [UInt8] = []
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "&"):
                text.append(contentsOf: try reference(before: end).utf8)
            case 0x0D:
                // A line ends with one line feed, however it was written.
                text.append(0x0A)
                position += position + 1 < end && bytes[position + 1] == 0x0A ? 2 : 1
            default:
                text.append(bytes[position])
                position += 1
            }
        }
        return text
    }

    private mutating func append(_ text: ArraySlice<UInt8>) throws(XMLError) {
        if stack.isEmpty {
            guard text.allSatisfy(Self.isWhitespace) else { throw failure("text outside the root element") }
        } else {
            stack[stack.count - 1].text.append(contentsOf: text)
        }
    }

    /// One of the five predefined entities, or a numeric character reference.
    private mutating func reference(before end: Int) throws(XMLError) -> String {
        let start = position + 1
        guard let stop = bytes[start..<min(end, start + 10)].firstIndex(of: UInt8(ascii: ";")) else {
            throw failure("a reference does not end")
        }
        let name = String(decoding: bytes[start..<stop], as: UTF8.self)
        let text: String? =
            switch name {
            case "amp": "&"
            case "lt": "<"
            case "gt": ">"
            case "quot": "\""
            case "apos": "'"
            default: Self.character(name)
            }
        guard let text else { throw failure("an unknown reference") }
        position = stop + 1
        return text
    }

    private static func character(_ name: String) -> String? {
        let digits: Substring
        let radix: Int
        if name.hasPrefix("#x") {
            (digits, radix) = (name.dropFirst(2), 16)
        } else if name.hasPrefix("#") {
            (digits, radix) = (name.dropFirst(1), 10)
        } else {
            return nil
        }
        guard digits.utf8.first != UInt8(ascii: "+"), let value = UInt32(digits, radix: radix), value != 0,
            let scalar = Unicode.Scalar(value)
        else { return nil }
        return String(Character(scalar))
    }

    private mutating func name() throws(XMLError) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
        guard position > start, !Self.isDigitOrMark(bytes[start]) else { throw failure("a name was expected") }
        return bytes[start..<position]
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...:
            true
        default: isDigitOrMark(byte)
        }
    }

    private static func isDigitOrMark(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    @discardableResult
    private mutating func skipWhitespace() -> Bool {
        let start = position
        while position < bytes.count, Self.isWhitespace(bytes[position]) { position += 1 }
        return position > start
    }

    @discardableResult
    private mutating func skip(_ token: String) -> Bool {
        guard bytes[position...].starts(with: token.utf8) else { return false }
        position += token.utf8.count
        return true
    }

    /// Moves behind the next `token`.
    private mutating func skip(past token: String) throws(XMLError) {
        let token = Array(token.utf8)
        while position + token.count <= bytes.count {
            if bytes[position...].starts(with: token) {
                position += token.count
                return
            }
            position += 1
        }
        throw failure("something does not end")
    }

    private func failure(_ reason: String) -> XMLError {
        XMLError(reason: reason, offset: position)
    }
}
