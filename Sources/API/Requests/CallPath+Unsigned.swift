import Connections
import Domain
import HTTPTypes
import Logging
import NIOCore
import Services
import Wire

/// Calls without a signature: those of STS in which a token tells who calls. They go the way of all others from the throttle on.
extension CallPath {
    /// Answers a form that asks for an action that needs no signature. Nil for any other request.
    func answerUnsigned(_ request: IncomingRequest, requestID: String, logger: inout Logger) async -> Reply? {
        guard request.target.path.encoded == "/" else { return nil }
        let share = bodies.openForStranger { [connections] in connections.cutBody(on: request.channel) }
        defer { share.close() }
        guard let query = await form(of: request, within: share), let name = query.unreadText("Action"), STSService.isUnsigned(name),
            let store = deployment.regions.min(by: { $0.key < $1.key })?.value
        else { return nil }
        logger[metadataKey: "service"] = "\(STSService.name)"
        do {
            try request.checkHost()
            let asked = try STSService.action(of: query)
            logger[metadataKey: "action"] = "\(asked.type.name)"
            let origin = request.origin(isSecure: isSecure)
            guard deployment.throttle.admits(strangerAt: origin.address ?? "", service: STSService.name, action: asked.type.name) else {
                throw Throttled(action: asked.type.name)
            }
            let call = Call(principal: .nobody, store: store, deployment: deployment, host: request.host, origin: origin)
            var reply = try await run(asked.type, asked.input, of: request, in: call, requestID: requestID, for: STSService.self)
            reply.headers[STSService.requestIDField] = requestID
            return reply
        } catch {
            return refuse(error, STSService.self, request, requestID: requestID, logger: &logger)
        }
    }

    /// The parameters of a request that may be such a call; nil for one that is none, whose body is then left alone.
    private func form(of request: IncomingRequest, within share: BodyBudget.Share) async -> QueryReader? {
        switch request.method {
        case .get: return request.target.query.contains("Action") ? try? QueryReader(query: request.target.query) : nil
        case .post:
            guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true,
                let length = request.headers[.contentLength].flatMap(Int.init), (1...STSService.bodyBytesMax).contains(length),
                !request.continuation.isPending
            else { return nil }
            guard let body = try? await request.body(atMost: STSService.bodyBytesMax, within: share) else { return nil }
            return try? QueryReader(form: body.readableBytesView)
        default: return nil
        }
    }
}
