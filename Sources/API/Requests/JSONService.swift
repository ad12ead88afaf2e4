import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// A service that speaks JSON 1.1: the action stands in the header `X-Amz-Target`.
protocol JSONService: WholeBodyService where Input == JSONReader {
    /// What stands before the name of the action.
    static var targetPrefix: String { get }
    /// The code of a failure that is ours.
    static var internalErrorCode: String { get }
    /// What the text of an error is called.
    static var messageMember: String { get }
}

extension JSONService {
    static var messageMember: String { "message" }

    static func action(of request: IncomingRequest, _ body: WholeBody, on _: CallPath) throws -> AskedAction<JSONReader> {
        guard let target = request.headers[.amazonTarget], target.hasPrefix(targetPrefix),
            let action = actions[String(target.dropFirst(targetPrefix.count))]
        else {
            let message = "The service '\(name)' has no such action here"
            throw RefusedRequest(Refusal(code: "UnknownOperationException", message: message, status: .badRequest))
        }
        let json = try JSONReader(parsing: Array(body.bytes.readableBytesView))
        return AskedAction(type: action, input: json, resource: ResourceInLog.name(in: json))
    }
}

extension HTTPField.Name {
    static let amazonTarget = named("X-Amz-Target")
}

extension Reply {
    static func amazonJSON(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Reply {
        Reply(status: status, headers: [.contentType: "application/x-amz-json-1.1"], body: ByteBuffer(bytes: bytes))
    }
}
