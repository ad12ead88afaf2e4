/// The place of one parameter in a request: a scalar, a structure, a list, or nothing.
///
/// Only the functions that hand out text mark it as read.
package struct QueryValue: Sendable {
    /// The full wire name, whether anything was sent there or not.
    package let name: String
    let tree: QueryTree
    let index: Int?

    package var isPresent: Bool { index != nil }

    /// Whether structures or list elements stand under this name.
    package var hasMembers: Bool {
        index.map { !tree.nodes[$0].children.isEmpty } ?? false
    }

    /// Whether nothing under this name has text: the way that several clients say "not given".
    package var isBlank: Bool {
        guard let index else { return true }
        return tree.leaves(under: index).allSatisfy { tree.nodes[$0].text?.isEmpty ?? true }
    }

    /// Whether the scalar is absent or empty.
    package var isBlankScalar: Bool {
        index.flatMap { tree.nodes[$0].text }?.isEmpty ?? true
    }

    /// The scalar as sent, which nobody has read by this.
    var unreadText: String? { index.flatMap { tree.nodes[$0].text } }

    /// The scalar as sent, empty text included; nil when it is absent.
    package func rawText() -> String? {
        guard let index, let text = tree.nodes[index].text else { return nil }
        tree.markRead(index)
        return text
    }

    /// The scalar; nil when it is absent or empty.
    package func text() -> String? {
        guard let text = rawText(), !text.isEmpty else { return nil }
        return text
    }

    /// A reader of the structure here; nil when there is none.
    package func reader() throws(RequestError) -> QueryReader? {
        try refuseScalar(expected: "A structure was expected")
        guard hasMembers, let index else { return nil }
        return QueryReader(tree: tree, index: index)
    }

    /// The elements `Name.N` by increasing N, however sparse; other members are left unread.
    package func elements() throws(RequestError) -> [QueryValue] {
        try refuseScalar(expected: "A list was expected")
        guard let index else { return [] }
        var elements: [(position: Int, value: QueryValue)] = []
        for (key, child) in tree.nodes[index].children {
            guard let first = key.utf8.first, Self.numberStarts.contains(first) else { continue }
            guard let position = Self.listIndex(key) else {
                throw .malformed("The list index in \(name).\(key) is not a positive integer up to \(QueryLimits.largestListIndex)")
            }
            elements.append((position, QueryValue(name: "\(name).\(key)", tree: tree, index: child)))
        }
        return elements.sorted { $0.position < $1.position }.map(\.value)
    }

    /// Marks everything under this name as read.
    package func markRead() {
        guard let index else { return }
        tree.leaves(under: index).forEach(tree.markRead)
    }

    /// Marks what is empty under this name as read, because empty means absent.
    func markBlanksRead() {
        guard let index else { return }
        for leaf in tree.leaves(under: index) where tree.nodes[leaf].text?.isEmpty == true {
            tree.markRead(leaf)
        }
    }

    private func refuseScalar(expected: String) throws(RequestError) {
        if let text = text() { throw .invalid(name, text, expected) }
    }

    private static let numberStarts = Set("0123456789+-".utf8)

    /// One spelling for each index, so that `Filter.1` and `Filter.01` cannot both be first.
    private static func listIndex(_ key: String) -> Int? {
        guard key.utf8.count <= 7, key.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            key.utf8.first != UInt8(ascii: "0"), let index = Int(key), index <= QueryLimits.largestListIndex
        else { return nil }
        return index
    }
}
