import Connections
import HTTPTypes
import NIOCore
import Services
import Wire

/// Calls without a signature: those of STS in which a token tells who calls. They go the way of all others.
extension CallPath {
    /// The body of a form that asks for an action that needs no signature; nil for any other request. Whoever gets it closes its share.
    func unsignedForm(of request: IncomingRequest) async -> WholeBody? {
        guard request.target.path.encoded == "/", isForm(request) else { return nil }
        let share = shareForStranger(for: request)
        guard let bytes = try? await request.body(atMost: STSService.bodyBytesMax, within: share),
            let query = try? QueryReader(request: request, body: bytes), let action = query.unreadText("Action"),
            STSService.isUnsigned(action)
        else {
            share.close()
            return nil
        }
        return WholeBody(bytes: bytes, share: share)
    }

    /// Whether a request may be such a call; the body of one that is none is left alone.
    private func isForm(_ request: IncomingRequest) -> Bool {
        switch request.method {
        case .get: return request.target.query.contains("Action")
        case .post:
            guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true,
                let length = request.headers[.contentLength].flatMap(Int.init)
            else { return false }
            return (1...STSService.bodyBytesMax).contains(length) && !request.continuation.isPending
        default: return false
        }
    }
}
