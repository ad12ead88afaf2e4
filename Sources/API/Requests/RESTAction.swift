import Services
import Wire

/// An action of a service that speaks REST-JSON: path, query and headers in, JSON or bytes out.
protocol RESTAction: Action where Input == RESTRequest {
    init(from request: RESTRequest) throws

    func run(in call: Call) async throws -> Reply
}

extension RESTAction {
    static func read(_ request: RESTRequest, in call: Call) throws -> ReadAction<Self> {
        let action = try Self(from: request)
        try request.requireAllRead()
        return ReadAction(action: action)
    }

    func reply(in call: Call, requestID: String) async throws -> Reply { try await run(in: call) }
}
