/// The children of an element, read strictly: what the schema does not have, or has once and the document twice, is an error.
package struct S3Fields: Sendable {
    package let name: String
    private let node: XMLNode

    init(_ node: XMLNode) {
        name = node.name
        self.node = node
    }

    /// States which children the element may have.
    ///
    /// - Parameters:
    ///   - once: at most one of each.
    ///   - many: any number of each.
    func allow(_ once: [String] = [], many: [String] = []) throws(S3Error) {
        var seen: Set<String> = []
        for child in node.children where !many.contains(child.name) {
            guard once.contains(child.name) else { throw .malformedXML("\(name) has no element \(child.name.prefix(64))") }
            guard seen.insert(child.name).inserted else { throw .malformedXML("\(name) has more than one \(child.name)") }
        }
        guard node.children.isEmpty || node.text.isEmpty else { throw .malformedXML("\(name) has text beside its elements") }
    }

    func child(_ name: String) -> S3Fields? {
        node[name].map(S3Fields.init)
    }

    func children(_ name: String) -> [S3Fields] {
        node.children(name).map(S3Fields.init)
    }

    /// The text of an element that has no elements in it; nil when there is none of that name.
    func text(_ name: String) throws(S3Error) -> String? {
        guard let child = node[name] else { return nil }
        guard child.children.isEmpty else { throw .malformedXML("\(name) must be a text") }
        return child.text
    }

    /// The texts of all elements of a name, which have no elements in them.
    func texts(_ name: String) throws(S3Error) -> [String] {
        var texts: [String] = []
        for child in node.children(name) {
            guard child.children.isEmpty else { throw .malformedXML("\(name) must be a text") }
            texts.append(child.text)
        }
        return texts
    }

    func requiredText(_ name: String) throws(S3Error) -> String {
        guard let text = try text(name) else { throw .malformedXML("\(self.name) needs the element \(name)") }
        return text
    }

    func required(_ name: String) throws(S3Error) -> S3Fields {
        guard let child = child(name) else { throw .malformedXML("\(self.name) needs the element \(name)") }
        return child
    }

    /// `true` or `false`, in any case as clients of many languages write it.
    func flag(_ name: String) throws(S3Error) -> Bool? {
        switch try text(name)?.lowercased() {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw .malformedXML("\(name) must be true or false")
        }
    }

    /// One of the words of a type.
    func word<Word: RawRepresentable>(_ name: String, _: Word.Type = Word.self) throws(S3Error) -> Word? where Word.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let word = Word(rawValue: text) else { throw .malformedXML("\(name) cannot be \(text.prefix(64))") }
        return word
    }
}
