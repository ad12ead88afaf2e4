/// Reads the parameters of an EC2 or query request by name, and remembers which were read.
///
/// The declared type of a property decides how its parameter is read: `let name: String = try query["Name"]` is required,
/// `String?` may be absent or empty, `[Tag]` collects `Tag.1`, `Tag.2`, … in numeric order. A dotted name (`"Description.Value"`)
/// walks into structures. What nobody has read after an action is complete stands in ``unreadNames()``.
///
/// The reader is a cheap reference to one request; readers of nested structures share its memory.
package struct QueryReader: Sendable {
    let tree: QueryTree
    let index: Int

    /// Reads a POST body or a GET query string.
    package init(form: some Collection<UInt8>, limits: QueryLimits = .standard) throws(RequestError) {
        try self.init(parameters: try FormEncoding.decode(form, limits: limits), limits: limits)
    }

    package init(form: String, limits: QueryLimits = .standard) throws(RequestError) {
        try self.init(form: Array(form.utf8), limits: limits)
    }

    /// Takes the parameters of a query string, which are decoded already.
    package init(query: RequestQuery) throws(RequestError) {
        try self.init(parameters: query.parameters.map { ($0.name, $0.value) })
    }

    /// Takes parameters that are decoded already, such as those of a query string and a body together.
    package init(parameters: [(name: String, value: String)], limits: QueryLimits = .standard) throws(RequestError) {
        tree = try QueryTree(parameters, limits: limits)
        index = QueryTree.root
    }

    init(tree: QueryTree, index: Int) {
        self.tree = tree
        self.index = index
    }

    package subscript<Value: QueryDecodable>(_ name: String) -> Value {
        get throws(RequestError) { try Value.decode(value(name)) }
    }

    /// The place of a parameter, present or not, without reading it.
    package func value(_ name: String) -> QueryValue {
        var place: Int? = index
        for key in name.split(separator: ".") {
            guard let at = place else { break }
            place = tree.nodes[at].children[String(key)]
        }
        let prefix = tree.name(of: index)
        return QueryValue(name: prefix.isEmpty ? name : "\(prefix).\(name)", tree: tree, index: place)
    }

    /// Whether anything was sent under this name; nothing is marked as read.
    package func contains(_ name: String) -> Bool {
        value(name).isPresent
    }

    /// The text of a scalar as sent, empty text included; nil only when the parameter is absent.
    package func rawText(_ name: String) -> String? {
        value(name).rawText()
    }

    /// The text of a scalar as sent; nothing is marked as read.
    package func unreadText(_ name: String) -> String? {
        value(name).unreadText
    }

    /// The parameters under this reader that nobody read, by full wire name, sorted as bytes.
    package func unreadNames() -> [String] {
        tree.unread(under: index).map(tree.name(of:)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Throws `unknownParameters` when something is unread.
    package func requireAllRead() throws(RequestError) {
        let unread = unreadNames()
        guard unread.isEmpty else { throw .unknown(unread) }
    }
}

extension QueryReader {
    /// The parameters that the edge itself consumes: the action, the presigned signature, and the older signature's.
    package static let edgeNames = [
        "Action", "Version", "AWSAccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp", "Expires", "SecurityToken",
    ]
    package static let presignPrefix = "X-Amz-"

    /// Marks whole parameters as consumed, those of a structure under the name included.
    package func markRead(_ names: some Sequence<String>) {
        for name in names {
            value(name).markRead()
        }
    }

    package func markRead(_ names: String...) {
        markRead(names)
    }

    /// Marks every parameter whose name, relative to this reader, begins with `prefix`.
    package func markRead(prefix: String) {
        for (key, child) in tree.nodes[index].children where key.hasPrefix(prefix) {
            QueryValue(name: key, tree: tree, index: child).markRead()
        }
    }

    /// Marks what the edge consumes before the action sees the request.
    package func markEdgeParametersRead() {
        markRead(Self.edgeNames)
        markRead(prefix: Self.presignPrefix)
    }

    /// Whether there are no parameters but those of the edge and the ones named.
    package func hasNone(besides names: Set<String>) -> Bool {
        tree.nodes[index].children.keys.allSatisfy { names.contains($0) || Self.edgeNames.contains($0) || $0.hasPrefix(Self.presignPrefix) }
    }

    /// Names and values as sent, sorted as bytes: the fingerprint of a request for idempotency.
    ///
    /// - Parameter excluding: full names, or first parts of names, that do not belong to what is asked (`ClientToken`, `DryRun`).
    package func canonicalParameters(excluding excluded: Set<String> = []) -> [(String, String)] {
        var parameters: [(String, String)] = []
        for leaf in tree.leaves(under: index) {
            let name = tree.name(of: leaf)
            let first = name.split(separator: ".", maxSplits: 1).first.map(String.init) ?? name
            guard !excluded.contains(name), !excluded.contains(first), let text = tree.nodes[leaf].text else { continue }
            parameters.append((name, text))
        }
        return parameters.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    }
}
