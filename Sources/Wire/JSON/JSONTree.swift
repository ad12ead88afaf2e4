import Synchronization

/// One JSON document as a flat list of values, with the memory of which were read; shared by the readers of nested objects.
final class JSONTree: Sendable {
    enum Content {
        case null
        case bool(Bool)
        /// As written, so that no digit of a large integer is lost.
        case number(String)
        case string(String)
        case array([Int])
        case object([String: Int])
    }

    /// How a value stands in the one around it.
    enum Key {
        case member(String)
        case element(Int)
    }

    struct Node {
        let parent: Int
        let key: Key
        var content: Content
    }

    static let root = 0
    let nodes: [Node]
    private let read: Mutex<[Bool]>

    init(_ nodes: [Node]) {
        self.nodes = nodes
        read = Mutex(Array(repeating: false, count: nodes.count))
    }

    func markRead(_ index: Int) {
        read.withLock { $0[index] = true }
    }

    /// The full name of a value, such as `Tags[0].Key`; made when asked for, so that parsing costs no more than the body is long.
    func name(of index: Int) -> String {
        var keys: [Key] = []
        var index = index
        while index != Self.root {
            keys.append(nodes[index].key)
            index = nodes[index].parent
        }
        var name = ""
        for key in keys.reversed() {
            switch key {
            case .member(let member): name += name.isEmpty ? member : ".\(member)"
            case .element(let position): name += "[\(position)]"
            }
        }
        return name
    }

    /// The scalars and empty containers under `start`, itself included.
    func leaves(under start: Int) -> [Int] {
        var found: [Int] = []
        var pending = [start]
        while let index = pending.popLast() {
            switch nodes[index].content {
            case .array(let elements) where !elements.isEmpty: pending.append(contentsOf: elements)
            case .object(let members) where !members.isEmpty: pending.append(contentsOf: members.values)
            default: found.append(index)
            }
        }
        return found
    }

    func unread(under start: Int) -> [Int] {
        let leaves = leaves(under: start)
        return read.withLock { read in leaves.filter { $0 != start && !read[$0] } }
    }
}
