import HTTPTypes
import NIOCore
import Wire

/// A REST-JSON request, taken apart: path, query, headers, body.
struct RESTRequest: Sendable {
    let method: HTTPRequest.Method
    let path: [String]
    let headers: HTTPFields
    let body: ByteBuffer
    private let query: QueryReader
    private let lists: [String: [String]]

    /// - Parameter lists: the names of parameters of the query that may be there several times.
    init(_ request: IncomingRequest, body: ByteBuffer, lists: Set<String> = []) throws {
        method = request.method
        headers = request.headers
        self.body = body
        path = request.target.path.segments.filter { !$0.isEmpty }
        // A signature takes these for no segment at all.
        guard !path.contains("."), !path.contains("..") else { throw RequestError.malformed("The path is not valid") }
        let parameters = request.target.query.parameters.map { (name: $0.name, value: $0.value) }
        query = try QueryReader(parameters: parameters.filter { !lists.contains($0.name) })
        query.markEdgeParametersRead()
        self.lists = Dictionary(grouping: parameters.filter { lists.contains($0.name) }, by: \.name).mapValues { $0.map(\.value) }
    }

    func parameter<Value: QueryDecodable>(_ name: String) throws -> Value { try query[name] }

    /// The values of a parameter that may be there several times.
    func list(_ name: String) -> [String] { lists[name] ?? [] }

    /// Refuses parameters that the operation did not read.
    func requireAllRead() throws { try query.requireAllRead() }

    func json() throws -> JSONReader { try JSONReader(parsing: Array(body.readableBytesView)) }

    func text(_ name: HTTPField.Name) -> String? { headers[name].flatMap { $0.isEmpty ? nil : $0 } }

    func integer(_ name: HTTPField.Name) throws -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(queryText: text) else { throw RequestError.invalid(name.rawName, text, "An integer was expected") }
        return number
    }

    func requiredInteger(_ name: HTTPField.Name) throws -> Int64 {
        guard let number = try integer(name) else { throw RequestError.missing(name.rawName) }
        return number
    }
}
