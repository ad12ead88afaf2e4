import Services
import Wire

/// An action of a service of the query protocol that answers in XML: those of STS and, as `IAMAction`, of IAM.
protocol QueryAction: Action where Input == QueryReader {
    associatedtype Answer: XMLEncodable

    /// Of the answer.
    static var namespace: String { get }

    init(from query: QueryReader) throws(RequestError)

    func run(in call: Call) async throws -> Answer
}

extension QueryAction {
    static func read(_ query: QueryReader, in call: Call) throws -> ReadAction<Self> {
        let action = try Self(from: query)
        try query.requireAllRead()
        return ReadAction(action: action)
    }

    func reply(in call: Call, requestID: String) async throws -> Reply {
        let answer = try await run(in: call)
        return .xml(QueryEnvelope.success(action: Self.name, requestID: requestID, namespace: Self.namespace, body: answer))
    }
}
