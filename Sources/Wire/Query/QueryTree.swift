import Synchronization

/// The decoded parameters of one request as a tree by the dots in their names, with the memory of which were read.
///
/// A class because readers of nested structures share that memory; it is used by one task, so the mutex is never contended.
final class QueryTree: Sendable {
    struct Node {
        let parent: Int
        let key: String
        var text: String?
        var children: [String: Int] = [:]
    }

    static let root = 0
    let nodes: [Node]
    private let read: Mutex<[Bool]>

    init(_ parameters: [(name: String, value: String)], limits: QueryLimits) throws(RequestError) {
        guard parameters.count <= limits.parameters else {
            throw .tooLarge("The request has more than \(limits.parameters) parameters")
        }
        var nodes = [Node(parent: Self.root, key: "")]
        for (name, value) in parameters {
            let place = try Self.place(of: name, in: &nodes, limits: limits)
            guard nodes[place].text == nil else {
                throw .malformed("The parameter \(name) is given more than once")
            }
            nodes[place].text = value
        }
        self.nodes = nodes
        read = Mutex(Array(repeating: false, count: nodes.count))

        // A value beside a structure of the same name has no single meaning, so it is refused rather than half read.
        for (index, node) in nodes.enumerated() where !node.children.isEmpty && node.text?.isEmpty == false {
            throw .malformed("The parameter \(name(of: index)) is given both as a value and as a structure")
        }
    }

    /// Finds or makes the node of a dotted name.
    private static func place(of name: String, in nodes: inout [Node], limits: QueryLimits) throws(RequestError) -> Int {
        guard name.utf8.count <= limits.nameBytes else {
            throw .tooLarge("A parameter name is longer than \(limits.nameBytes) bytes")
        }
        let keys = name.split(separator: ".", omittingEmptySubsequences: false)
        guard keys.count <= limits.depth else {
            throw .tooLarge("A parameter name has more than \(limits.depth) parts")
        }
        var place = root
        for key in keys {
            guard !key.isEmpty else { throw .malformed("The parameter name '\(name)' has an empty part") }
            let key = String(key)
            if let known = nodes[place].children[key] {
                place = known
            } else {
                nodes[place].children[key] = nodes.count
                nodes.append(Node(parent: place, key: key))
                place = nodes.count - 1
            }
        }
        return place
    }

    func markRead(_ index: Int) {
        read.withLock { $0[index] = true }
    }

    /// The full wire name of a node.
    func name(of index: Int) -> String {
        var keys: [String] = []
        var index = index
        while index != Self.root {
            keys.append(nodes[index].key)
            index = nodes[index].parent
        }
        return keys.reversed().joined(separator: ".")
    }

    /// The nodes under `start` (itself included) that carry text.
    func leaves(under start: Int) -> [Int] {
        var found: [Int] = []
        var pending = [start]
        while let index = pending.popLast() {
            if nodes[index].text != nil { found.append(index) }
            pending.append(contentsOf: nodes[index].children.values)
        }
        return found
    }

    func unread(under start: Int) -> [Int] {
        let leaves = leaves(under: start)
        return read.withLock { read in leaves.filter { !read[$0] } }
    }
}
