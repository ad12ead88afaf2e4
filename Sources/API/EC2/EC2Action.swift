import Services
import Wire

/// An action of EC2. The type is the action: its properties are the typed request, and it runs.
///
/// The dispatcher does what all actions share; docs/adding-an-action.md lists what a new one needs.
protocol EC2Action: Sendable {
    associatedtype Answer: XMLEncodable

    static var name: String { get }

    init(from query: QueryReader) throws(RequestError)

    func run(in call: Call) async throws -> Answer

    /// Runs and writes the answer down. Listings that may be too long to hold write themselves page by page.
    func reply(in call: Call, requestID: String) async throws -> Reply
}

extension EC2Action {
    static var name: String { "\(Self.self)" }

    func reply(in call: Call, requestID: String) async throws -> Reply {
        .xml(EC2Envelope.success(action: Self.name, requestID: requestID, body: try await run(in: call)))
    }
}
