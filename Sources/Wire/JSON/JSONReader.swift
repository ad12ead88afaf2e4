/// Reads the members of a JSON object by name, and remembers which were read: ``QueryReader`` for the REST-JSON and JSON dialects.
///
/// The declared type decides: required, optional (absent or null), list, or structure. What nobody has read stands in ``unreadNames()``.
package struct JSONReader: Sendable {
    let tree: JSONTree
    let index: Int

    /// Reads a body that is one JSON object; an empty body is an empty object, as REST clients send it.
    package init(parsing body: [UInt8], limits: JSONLimits = .standard) throws(RequestError) {
        guard !body.isEmpty else {
            self.init(tree: JSONTree([JSONTree.Node(parent: JSONTree.root, key: .element(0), content: .object([:]))]), index: JSONTree.root)
            return
        }
        var parser = try JSONParser(body, limits: limits)
        let nodes = try parser.document()
        guard case .object? = nodes.first?.content else { throw .malformed("The request is not a JSON object") }
        self.init(tree: JSONTree(nodes), index: JSONTree.root)
    }

    init(tree: JSONTree, index: Int) {
        self.tree = tree
        self.index = index
    }

    package subscript<Value: JSONDecodable>(_ name: String) -> Value {
        get throws(RequestError) { try Value.decode(value(name)) }
    }

    /// The place of a member, present or not, without reading it.
    package func value(_ name: String) -> JSONValue {
        let prefix = tree.name(of: index)
        let member: Int? = if case .object(let members) = tree.nodes[index].content { members[name] } else { nil }
        return JSONValue(name: prefix.isEmpty ? name : "\(prefix).\(name)", tree: tree, index: member)
    }

    package func contains(_ name: String) -> Bool {
        value(name).isPresent
    }

    /// The text of a string as it was sent, without reading it; nil for anything else.
    package func rawText(_ name: String) -> String? { value(name).unreadText }

    /// The names of the members here, sorted.
    package var memberNames: [String] {
        guard case .object(let members) = tree.nodes[index].content else { return [] }
        return members.keys.sorted()
    }

    /// The members under this reader that nobody read, as `Tags[0].Key`, sorted as bytes.
    package func unreadNames() -> [String] {
        tree.unread(under: index).map(tree.name(of:)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Throws `unknownParameters` when something is unread.
    package func requireAllRead() throws(RequestError) {
        let unread = unreadNames()
        guard unread.isEmpty else { throw .unknown(unread) }
    }

    /// Marks whole members as consumed.
    package func markRead(_ names: String...) {
        for name in names {
            value(name).markRead()
        }
    }
}
