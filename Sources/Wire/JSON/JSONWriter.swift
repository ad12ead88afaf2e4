/// Writes JSON into bytes: compact, members in the order written.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    /// A document that is one object.
    package static func object(_ content: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.braced("{", "}", content)
        return json.bytes
    }

    package static func encode(_ value: any JSONEncodable) -> [UInt8] {
        object { value.write(to: &$0) }
    }

    /// `"name":value`; nothing when the value is nil.
    package mutating func member<Value: JSONScalar>(_ name: String, _ value: Value?) {
        guard let value else { return }
        key(name)
        value.write(asScalarTo: &self)
        needsComma = true
    }

    /// `"name":{…}` with what `content` writes.
    package mutating func object(_ name: String, _ content: (inout JSONWriter) -> Void) {
        key(name)
        braced("{", "}", content)
    }

    /// A structure under `name`; nothing when it is nil.
    package mutating func member<Value: JSONEncodable>(_ name: String, _ value: Value?) {
        guard let value else { return }
        object(name) { value.write(to: &$0) }
    }

    /// `"name":[{…},…]`; each element is an object with what `content` writes.
    package mutating func list<Items: Sequence>(
        _ name: String,
        _ items: Items,
        _ content: (inout JSONWriter, Items.Element) -> Void
    ) {
        key(name)
        braced("[", "]") { json in
            for item in items {
                json.separate()
                json.braced("{", "}") { content(&$0, item) }
            }
        }
    }

    package mutating func list<Value: JSONEncodable>(_ name: String, _ items: [Value]) {
        list(name, items) { $1.write(to: &$0) }
    }

    package mutating func list<Value: JSONScalar>(_ name: String, _ items: [Value]) {
        key(name)
        braced("[", "]") { json in
            for item in items {
                json.separate()
                item.write(asScalarTo: &json)
                json.needsComma = true
            }
        }
    }

    /// A quoted string; control characters are escaped. For types that write themselves as a scalar.
    package mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): raw("\\\"")
            case UInt8(ascii: "\\"): raw("\\\\")
            case 0x0A: raw("\\n")
            case 0x0D: raw("\\r")
            case 0x09: raw("\\t")
            case 0..<0x20, 0x7F: raw("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// `"name":"…"` with bytes in base64 (RFC 4648), written without a text in between: they may be secret.
    package mutating func member(_ name: String, base64 source: UnsafeRawBufferPointer) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        key(name)
        bytes.append(UInt8(ascii: "\""))
        for start in stride(from: 0, to: source.count, by: 3) {
            let group = source[start..<min(start + 3, source.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                bytes.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 0x3F] : UInt8(ascii: "="))
            }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Text that is one JSON scalar already, such as a number.
    package mutating func raw(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func key(_ name: String) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func braced(_ open: String, _ close: String, _ content: (inout JSONWriter) -> Void) {
        raw(open)
        needsComma = false
        content(&self)
        raw(close)
        needsComma = true
    }
}
