import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Services

/// An answer before it goes on the wire: what every dialect produces.
package struct Reply: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields = [:]
    package var body = ByteBuffer()
    /// What follows `body` when the answer is too long to hold: the next part, or `nil` at the end.
    package var parts: (any ReplyParts)?
    /// What the log is told that the call was about, where the path does not say it.
    var resource: String?
    /// The code of the error that is told, where it is one.
    var errorCode: String?
    /// Whether it tells of a fault that is ours: logged as an error, with its cause.
    var isFailure: Bool { status.code >= 500 && status != .notImplemented }
    /// Whether the client went away or fell behind before its signature could be verified: nothing was refused.
    var isUndecided = false

    package init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: ByteBuffer = ByteBuffer(), parts: (any ReplyParts)? = nil) {
        (self.status, self.headers, self.body, self.parts) = (status, headers, body, parts)
    }

    static func xml(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Reply {
        Reply(status: status, headers: [.contentType: "text/xml;charset=UTF-8"], body: ByteBuffer(bytes: bytes))
    }

    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Reply {
        Reply(status: status, headers: [.contentType: "application/json"], body: ByteBuffer(bytes: bytes))
    }

    /// - Parameters:
    ///   - logger: is told when a later part cannot be made: the client sees an answer that is cut off.
    ///   - eventLoop: of the connection.
    func response(requestID: String, logger: Logger? = nil, on eventLoop: any EventLoop) -> Response {
        var headers = headers
        headers[.amznRequestID] = requestID
        guard let parts else { return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body)) }
        let body = ResponseBody { [first = self.body] writer in
            if first.readableBytes > 0 { try await writer.write(first) }
            var parts = parts
            var passed: EventLoopFuture<Void>?
            while let part = try await Self.next(of: &parts, logger) {
                // A write returns before the connection has it: only then is it known whether there is room for more.
                if parts.waitsForRoom { try await passed?.get() }
                try await writer.write(part)
                passed = eventLoop.submit {}
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    private static func next(of parts: inout any ReplyParts, _ logger: Logger?) async throws -> ByteBuffer? {
        do {
            return try await parts.next()
        } catch {
            if !(error is CancellationError) { logger?.error("An answer was cut off", metadata: .error(error)) }
            throw error
        }
    }
}

/// The later parts of a long answer, made when the client has taken the one before.
package protocol ReplyParts: Sendable {
    /// Whether a part is written only when the connection has the one before: what that saves of memory it costs in time.
    var waitsForRoom: Bool { get }

    mutating func next() async throws -> ByteBuffer?
}

extension HTTPField.Name {
    // The literals are valid field names, so these never fail.
    static let amznRequestID = named("x-amzn-RequestId")
    static let amznErrorType = named("x-amzn-ErrorType")
    static let dataLength = named("x-amz-Data-Length")
    static let checksum = named("x-amz-Checksum")
    static let checksumAlgorithm = named("x-amz-Checksum-Algorithm")
    static let checksumAggregationMethod = named("x-amz-Checksum-Aggregation-Method")
    static let changedBlocksCount = named("x-amz-ChangedBlocksCount")
    static let progress = named("x-amz-Progress")

    static func named(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return field
    }
}
