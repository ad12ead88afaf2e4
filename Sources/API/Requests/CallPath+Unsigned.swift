import Connections
import HTTPTypes
import NIOCore
import Services
import Wire

/// Calls without a signature: those of STS in which a token tells who calls. They go the way of all others.
extension CallPath {
    /// The body of a form that asks for an action that needs no signature; nil for any other request. Whoever gets it closes its share.
    ///
    /// - Throws: that the body does not come whole, or that there is no memory for it: which action it asks for is not known then.
    func unsignedForm(of request: IncomingRequest) async throws -> WholeBody? {
        guard request.target.path.encoded == "/", isForm(request) else { return nil }
        let share = shareForStranger(for: request)
        do {
            let bytes = try await request.body(atMost: STSService.bodyBytesMax, within: share)
            if let query = try? QueryReader(request: request, body: bytes), let action = query.unreadText("Action"),
                STSService.isUnsigned(action)
            {
                return WholeBody(bytes: bytes, share: share)
            }
        } catch {
            share.close()
            throw error
        }
        share.close()
        return nil
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
