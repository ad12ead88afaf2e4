/// Writes an XML document into bytes, for the answers of EC2, query and S3.
///
/// Element names come from the program and are written as they are; every text is escaped. A character that XML 1.0 cannot
/// carry is replaced by U+FFFD, because an answer that no client can parse is worse than one odd character.
package struct XMLWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private let refersToControls: Bool

    /// - Parameter refersToControls: whether control characters are written as references all the same, so that two names never look alike.
    package init(declaration: Bool = true, refersToControls: Bool = false) {
        self.refersToControls = refersToControls
        bytes.reserveCapacity(4096)
        if declaration { append(#"<?xml version="1.0" encoding="UTF-8"?>"# + "\n") }
    }

    /// `<name>value</name>`; nothing when the value is nil. Inlined, so that the type of the value is looked at where it is known.
    @inlinable
    package mutating func element<Value: XMLScalar>(_ name: String, _ value: Value?) {
        element(name, value?.xmlText)
    }

    package mutating func element(_ name: String, _ value: String?) {
        guard let value else { return }
        open(name)
        text(value)
        close(name)
    }

    /// `<name>` with what `content` writes; `attributes` in the order given.
    package mutating func element(_ name: String, attributes: [(String, String)] = [], _ content: (inout XMLWriter) -> Void) {
        open(name, attributes: attributes)
        let start = bytes.count
        content(&self)
        if bytes.count == start {
            bytes.removeLast()
            append("/>")
        } else {
            close(name)
        }
    }

    /// A structure under `name`; nothing when it is nil.
    package mutating func element<Value: XMLEncodable>(_ name: String, _ value: Value?) {
        guard let value else { return }
        element(name) { value.write(to: &$0) }
    }

    /// `<name><item>…</item></name>`; an empty list is `<name/>`, since clients look for the element.
    package mutating func list<Items: Sequence>(
        _ name: String,
        _ items: Items,
        item itemName: String = "item",
        _ content: (inout XMLWriter, Items.Element) -> Void
    ) {
        element(name) { xml in
            for item in items {
                xml.element(itemName) { content(&$0, item) }
            }
        }
    }

    package mutating func list<Value: XMLEncodable>(_ name: String, _ items: [Value], item itemName: String = "item") {
        list(name, items, item: itemName) { $1.write(to: &$0) }
    }

    package mutating func list<Value: XMLScalar>(_ name: String, _ items: [Value], item itemName: String = "item") {
        element(name) { xml in
            for item in items {
                xml.element(itemName, item)
            }
        }
    }

    /// What a value writes, without an element around it.
    package mutating func members(of value: any XMLEncodable) {
        value.write(to: &self)
    }

    /// Character data.
    package mutating func text(_ text: String) {
        escape(text, inAttribute: false)
    }

    private mutating func open(_ name: String, attributes: [(String, String)] = []) {
        append("<")
        append(name)
        for (name, value) in attributes {
            append(" ")
            append(name)
            append("=\"")
            escape(value, inAttribute: true)
            append("\"")
        }
        append(">")
    }

    private mutating func close(_ name: String) {
        append("</")
        append(name)
        append(">")
    }

    private mutating func append(_ text: String) {
        var text = text
        // SAFETY: the buffer is only read, and only within this closure.
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private mutating func escape(_ text: String, inAttribute: Bool) {
        var text = text
        // SAFETY: the buffer is only read, and only within this closure.
        text.withUTF8 { utf8 in
            var start = 0
            var index = 0
            while index < utf8.count {
                guard Self.mayNeedReplacement(utf8[index]), let replacement = replacement(at: index, in: utf8, inAttribute: inAttribute)
                else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: utf8[start..<index])
                append(replacement.text)
                index += replacement.length
                start = index
            }
            bytes.append(contentsOf: utf8[start...])
        }
    }

    /// Whether what begins with a byte may not stand for itself: most does, and that is seen at once.
    private static func mayNeedReplacement(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00..<0x20, 0xEF, UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""): true
        default: false
        }
    }

    /// What stands for the character that begins here, and how many bytes it takes the place of; nil when it stands for itself.
    private func replacement(
        at index: Int,
        in utf8: UnsafeBufferPointer<UInt8>,
        inAttribute: Bool
    ) -> (text: String, length: Int)? {
        switch utf8[index] {
        case UInt8(ascii: "&"): return ("&amp;", 1)
        case UInt8(ascii: "<"): return ("&lt;", 1)
        case UInt8(ascii: ">"): return ("&gt;", 1)
        case UInt8(ascii: "\""): return inAttribute ? ("&quot;", 1) : nil
        // A parser would turn a carriage return into a line feed, and white space in attributes into blanks.
        case 0x0D: return ("&#xD;", 1)
        case 0x09: return inAttribute ? ("&#x9;", 1) : nil
        case 0x0A: return inAttribute ? ("&#xA;", 1) : nil
        case 0x01..<0x20 where refersToControls: return ("&#x\(String(utf8[index], radix: 16, uppercase: true));", 1)
        case 0x00..<0x20: return ("\u{FFFD}", 1)
        case 0xEF:
            // U+FFFE and U+FFFF are EF BF BE and EF BF BF; a string's UTF-8 is valid, so two bytes follow.
            let isNonCharacter = utf8[index + 1] == 0xBF && utf8[index + 2] >= 0xBE
            guard isNonCharacter else { return nil }
            return (!refersToControls ? "\u{FFFD}" : utf8[index + 2] == 0xBE ? "&#xFFFE;" : "&#xFFFF;", 3)
        default: return nil
        }
    }
}
