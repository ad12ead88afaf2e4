import Services
import Wire

/// An action of a global service of the query protocol. The type is the action: its properties are the typed request, and it runs.
protocol QueryAction: Sendable {
    associatedtype Answer: XMLEncodable

    static var name: String { get }

    init(from query: QueryReader) throws(RequestError)

    func run(in call: Call) async throws -> Answer
}

extension QueryAction {
    static var name: String { "\(Self.self)" }
}
