import Services
import Wire

/// An action of IAM on what the caller's account has itself: there are no users yet, so one that is named is not found.
protocol IAMAction: Sendable {
    associatedtype Answer: XMLEncodable

    static var name: String { get }

    init(from query: QueryReader) throws(RequestError)

    func run(in call: Call) async throws -> Answer
}

extension IAMAction {
    static var name: String { "\(Self.self)" }
}
