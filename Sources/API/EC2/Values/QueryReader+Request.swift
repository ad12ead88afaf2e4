import HTTPTypes
import NIOCore
import Wire

extension QueryReader {
    /// Reads the parameters where the method puts them: a POST's body, a GET's query string.
    init(request: IncomingRequest, body: ByteBuffer) throws {
        switch request.method {
        case .post: try self.init(form: body.readableBytesView)
        case .get: try self.init(query: request.target.query)
        default:
            throw RefusedRequest(
                Refusal(
                    code: "InvalidRequest",
                    message: "The method \(request.method) is not allowed: use POST or GET",
                    status: .badRequest
                )
            )
        }
    }
}
