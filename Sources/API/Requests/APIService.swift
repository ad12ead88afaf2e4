import Logging
import NIOCore
import Services

/// One AWS service: its dialect, and how it answers a call that has been let in.
protocol APIService: Dialect {
    /// Whether the service is the same in every Region, and may be signed for any.
    static var isGlobal: Bool { get }

    /// Whether a request may leave its body out of the signature.
    static func allowsUnsignedBody(_ request: IncomingRequest) -> Bool

    static func respond(
        to request: IncomingRequest,
        body: ByteBuffer,
        in call: Call,
        requestID: String,
        logger: inout Logger
    ) async throws -> Reply
}

extension APIService {
    static func allowsUnsignedBody(_ request: IncomingRequest) -> Bool { false }
}
