/// Reads strict JSON (RFC 8259) in UTF-8 into a ``JSONTree``: no byte order mark, no duplicate members, no lone surrogates.
struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0
    private var nodes: [JSONTree.Node] = []

    init(_ bytes: [UInt8], limits: JSONLimits) throws(RequestError) {
        guard bytes.count <= limits.bytes else { throw .tooLarge("The request is larger than \(limits.bytes) bytes") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformed("The request contains text that is not UTF-8") }
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(RequestError) -> [JSONTree.Node] {
        skipWhitespace()
        _ = try value(.element(0), in: Place(index: JSONTree.root, depth: 0, nameBytes: 0))
        skipWhitespace()
        guard position == bytes.count else { throw failure("there is more than one value") }
        return nodes
    }

    /// Where a container stands: its node, its depth, and the bytes of the member names that lead to it.
    private struct Place {
        let index: Int
        let depth: Int
        let nameBytes: Int
    }

    private mutating func value(_ key: JSONTree.Key, in parent: Place) throws(RequestError) -> Int {
        var nameBytes = parent.nameBytes
        if case .member(let name) = key { nameBytes += name.utf8.count }
        let place = Place(index: nodes.count, depth: parent.depth + 1, nameBytes: nameBytes)
        guard place.depth <= limits.depth else { throw .tooLarge("The request is nested deeper than \(limits.depth)") }
        guard place.nameBytes <= limits.nameBytes else { throw .tooLarge("A member name is longer than \(limits.nameBytes) bytes") }
        guard place.index < limits.values else { throw .tooLarge("The request has more than \(limits.values) values") }
        nodes.append(JSONTree.Node(parent: parent.index, key: key, content: .null))
        nodes[place.index].content = try content(at: place)
        return place.index
    }

    private mutating func content(at place: Place) throws(RequestError) -> JSONTree.Content {
        guard position < bytes.count else { throw failure("it ends where a value was expected") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object(try members(of: place))
        case UInt8(ascii: "["): return .array(try elements(of: place))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default:
            if skip("true") { return .bool(true) }
            if skip("false") { return .bool(false) }
            if skip("null") { return .null }
            throw failure("a value was expected")
        }
    }

    private mutating func members(of place: Place) throws(RequestError) -> [String: Int] {
        var members: [String: Int] = [:]
        position += 1
        skipWhitespace()
        if skip("}") { return members }
        while true {
            skipWhitespace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw failure("a member name was expected") }
            let key = try string()
            skipWhitespace()
            guard skip(":") else { throw failure("a colon was expected") }
            skipWhitespace()
            guard members[key] == nil else { throw failure("the member \(key.prefix(100)) is given more than once") }
            members[key] = try value(.member(key), in: place)
            skipWhitespace()
            if skip("}") { return members }
            guard skip(",") else { throw failure("a comma or } was expected") }
        }
    }

    private mutating func elements(of place: Place) throws(RequestError) -> [Int] {
        var elements: [Int] = []
        position += 1
        skipWhitespace()
        if skip("]") { return elements }
        while true {
            skipWhitespace()
            elements.append(try value(.element(elements.count), in: place))
            skipWhitespace()
            if skip("]") { return elements }
            guard skip(",") else { throw failure("a comma or ] was expected") }
        }
    }

    private mutating func number() throws(RequestError) -> String {
        let start = position
        skip("-")
        let whole = digits()
        guard whole == 1 || (whole > 1 && bytes[position - whole] != UInt8(ascii: "0")) else { throw failure("a number was expected") }
        if skip("."), digits() == 0 { throw failure("digits were expected") }
        if skip("e") || skip("E") {
            if !skip("+") { skip("-") }
            if digits() == 0 { throw failure("digits were expected") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
        return position - start
    }

    private mutating func string() throws(RequestError) -> String {
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: String(Character(try escape())).utf8)
            case 0..<0x20: throw failure("a control character in a string")
            default: text.append(byte)
            }
        }
        throw failure("a string does not end")
    }

    private mutating func escape() throws(RequestError) -> Unicode.Scalar {
        guard position < bytes.count else { throw failure("a string does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw failure("an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(RequestError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), skip("\\u") else { throw failure("a lone surrogate") }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else { throw failure("a lone surrogate") }
        let combined = 0x10000 + ((UInt32(first) & 0x3FF) << 10 | UInt32(second) & 0x3FF)
        guard let scalar = Unicode.Scalar(combined) else { throw failure("a lone surrogate") }
        return scalar
    }

    private mutating func codeUnit() throws(RequestError) -> UInt16 {
        guard position + 4 <= bytes.count, bytes[position] != UInt8(ascii: "+"), bytes[position] != UInt8(ascii: "-"),
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits were expected") }
        position += 4
        return unit
    }

    private mutating func skipWhitespace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    @discardableResult
    private mutating func skip(_ token: StaticString) -> Bool {
        let isNext = token.withUTF8Buffer { bytes[position...].starts(with: $0) }
        if isNext { position += token.utf8CodeUnitCount }
        return isNext
    }

    private func failure(_ reason: String) -> RequestError {
        .malformed("The request is not valid JSON at byte \(position): \(reason)")
    }
}
