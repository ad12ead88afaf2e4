import Services
import Wire

/// An operation of EBS direct: path, query and headers in, JSON or the bytes of a block out.
protocol EBSAction: Action where Input == EBSRequest {
    init(from request: EBSRequest) throws

    func run(in call: Call) async throws -> Reply
}

extension EBSAction {
    static func read(_ request: EBSRequest, in call: Call) throws -> ReadAction<Self> {
        let action = try Self(from: request)
        try request.requireAllRead()
        return ReadAction(action: action)
    }

    func reply(in call: Call, requestID: String) async throws -> Reply { try await run(in: call) }
}
