import Logging
import NIOCore
import Services

/// One AWS service: its dialect, and how it answers a call that has been let in.
protocol APIService: Dialect {
    /// Whether the service is the same in every Region, and may be signed for any.
    static var isGlobal: Bool { get }

    static func respond(
        to request: IncomingRequest,
        body: ByteBuffer,
        in call: Call,
        requestID: String,
        logger: inout Logger
    ) async throws -> Reply
}
