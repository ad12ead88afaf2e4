/// The target of a request line, taken apart once. What a signature covers and what is obeyed are both read from this value and neither
/// from the text, so they cannot be two different requests.
package struct RequestTarget: Sendable {
    package var path: RequestPath
    package var query: RequestQuery

    /// Reads a target as it stands on the wire.
    package init(_ target: String) throws(RequestError) {
        let parts = target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        path = try RequestPath(String(parts[0]) ?? "")
        query = parts.count > 1 ? try RequestQuery(parts[1]) : .empty
    }

    package init(path: RequestPath, query: RequestQuery) {
        self.path = path
        self.query = query
    }

    /// Reads the two halves of a target; the query without its question mark.
    package init(path: String, query: String) throws(RequestError) {
        self.init(path: try RequestPath(path), query: try RequestQuery(query.utf8))
    }
}
