import Domain
import Services
import Wire

/// An action of EC2: parameters as a form, XML out.
protocol EC2Action: Action where Input == QueryReader {
    associatedtype Answer: XMLEncodable

    init(from query: QueryReader) throws(RequestError)

    func run(in call: Call) async throws -> Answer
}

extension EC2Action {
    static func read(_ query: QueryReader, in call: Call) throws -> ReadAction<Self> {
        let action = try Self(from: query)
        let isDryRun: Bool = try query["DryRun"] ?? false
        try query.requireAllRead()
        let passed = Fault(.dryRunOperation, "Request would have succeeded, but DryRun flag is set.")
        return ReadAction(action: action, dryRunOutcome: isDryRun ? passed : nil)
    }

    /// Runs and writes the answer down. Listings that may be too long to hold write themselves page by page.
    func reply(in call: Call, requestID: String) async throws -> Reply {
        .xml(EC2Envelope.success(action: Self.name, requestID: requestID, body: try await run(in: call)))
    }
}
