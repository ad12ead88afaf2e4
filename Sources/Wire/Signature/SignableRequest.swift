/// The parts of an HTTP request that a signature covers, as they stand on the wire.
package struct SignableRequest: Sendable {
    package var method: String
    /// Percent-encoded, as in the request line.
    package var path: String
    /// Without the question mark, as in the request line.
    package var query: String
    /// In the order sent, `host` included (with its port, when the client sends one).
    package var headers: [(name: String, value: String)]

    package init(method: String, path: String, query: String, headers: [(name: String, value: String)]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// The values of a header by its name in lower case, in the order sent.
    func values(of lowercasedName: String) -> [String] {
        headers.filter { $0.name.lowercased() == lowercasedName }.map(\.value)
    }
}
