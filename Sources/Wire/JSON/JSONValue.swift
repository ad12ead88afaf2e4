/// The place of one member in a JSON body: a scalar, an object, an array, or nothing.
package struct JSONValue: Sendable {
    /// The full name, such as `Tags[0].Key`, whether anything was sent there or not.
    package let name: String
    let tree: JSONTree
    let index: Int?

    package var isPresent: Bool { index != nil }

    /// Whether the member is absent or null.
    package var isNull: Bool {
        guard let index else { return true }
        if case .null = tree.nodes[index].content { return true }
        return false
    }

    /// The text of a string; the member must be there.
    package func string() throws(RequestError) -> String {
        guard case .string(let text) = try content() else { throw wrongKind("A string was expected") }
        return text
    }

    /// A number as it was written.
    package func number() throws(RequestError) -> String {
        guard case .number(let text) = try content() else { throw wrongKind("A number was expected") }
        return text
    }

    package func bool() throws(RequestError) -> Bool {
        guard case .bool(let value) = try content() else { throw wrongKind("Either true or false was expected") }
        return value
    }

    package func elements() throws(RequestError) -> [JSONValue] {
        guard case .array(let elements) = try content() else { throw wrongKind("An array was expected") }
        return elements.map { JSONValue(name: tree.name(of: $0), tree: tree, index: $0) }
    }

    package func reader() throws(RequestError) -> JSONReader {
        guard case .object = try content(), let index else { throw wrongKind("An object was expected") }
        return JSONReader(tree: tree, index: index)
    }

    /// The text of a string, without reading it; nil for anything else.
    package var unreadText: String? {
        guard let index, case .string(let text) = tree.nodes[index].content else { return nil }
        return text
    }

    /// A number as it was written, without reading it; nil for anything else.
    package var unreadNumber: String? {
        guard let index, case .number(let text) = tree.nodes[index].content else { return nil }
        return text
    }

    /// The members of an object, without reading it; nil for anything else.
    package var unreadReader: JSONReader? {
        guard let index, case .object = tree.nodes[index].content else { return nil }
        return JSONReader(tree: tree, index: index)
    }

    /// The elements of an array, without reading it; none for anything else.
    package var unreadElements: [JSONValue] {
        guard let index, case .array(let elements) = tree.nodes[index].content else { return [] }
        return elements.map { JSONValue(name: tree.name(of: $0), tree: tree, index: $0) }
    }

    /// Marks everything under this member as read.
    package func markRead() {
        guard let index else { return }
        tree.leaves(under: index).forEach(tree.markRead)
    }

    private func content() throws(RequestError) -> JSONTree.Content {
        guard let index, !isNull else { throw .missing(name) }
        tree.markRead(index)
        return tree.nodes[index].content
    }

    private func wrongKind(_ expectation: String) -> RequestError {
        let shown =
            switch index.map({ tree.nodes[$0].content }) {
            case .string(let text): text
            case .number(let text): text
            case .bool(let value): String(value)
            case .array: "an array"
            case .object: "an object"
            case .null, nil: "null"
            }
        return .invalid(name, shown, expectation)
    }
}
