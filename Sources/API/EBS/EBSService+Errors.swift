import Domain
import HTTPTypes
import Wire

/// The exceptions of the EBS direct APIs and their statuses (docs/behaviour/ebs-direct.md, "Exceptions").
extension EBSService {
    static func refusal(_ error: SignatureError) -> Refusal {
        Refusal(code: "InvalidSignatureException", message: "\(error)", status: .forbidden)
    }

    static func refusal(_ error: RequestError) -> Refusal {
        Refusal(code: "ValidationException", message: error.message, status: .badRequest, reason: "INVALID_PARAMETER_VALUE")
    }

    static func refusal(_ fault: Fault) -> Refusal {
        let status: HTTPResponse.Status =
            switch fault.code {
            case .accessDenied: .forbidden
            case .resourceNotFoundException: .notFound
            case .conflictException: .conflict
            case .serviceQuotaExceededException: .init(code: 402, reasonPhrase: "Payment Required")
            default: .badRequest
            }
        return Refusal(fault, status: status)
    }

    /// As EBS direct answers whoever may not use the key of a snapshot.
    static func refusal(_ error: KeyUnusable) -> Refusal {
        refusal(Fault(.accessDenied, KeyRefusal(error).message, reason: "DEPENDENCY_ACCESS_DENIED", cause: error))
    }

    static let unsigned = Refusal(
        code: "MissingAuthenticationTokenException",
        message: "Request is missing Authentication Token",
        status: .forbidden
    )

    static let unknownAccessKey = Refusal(
        code: "UnrecognizedClientException",
        message: "The security token included in the request is invalid.",
        status: .forbidden
    )

    static let busy = Refusal(
        code: "RequestThrottledException",
        message: "The server has too many requests in hand. Try again later.",
        status: .badRequest
    )
    static let throttled = Refusal(
        code: "RequestThrottledException",
        message: "The number of API requests has exceeded the maximum allowed. Try again later.",
        status: .badRequest,
        reason: "ACCOUNT_THROTTLED"
    )
    static let internalError = Refusal(
        code: "InternalServerException",
        message: "An internal error has occurred",
        status: .internalServerError
    )

    static func unknownRegion(_ name: String, served: String) -> Refusal {
        let message = "Credential should be scoped to a valid Region, not '\(name)'. \(served)."
        return Refusal(code: "InvalidSignatureException", message: message, status: .forbidden)
    }

    static func noSpace(_ message: String) -> Refusal {
        refusal(Fault(.serviceQuotaExceededException, message, reason: "DEPENDENCY_SERVICE_QUOTA_EXCEEDED"))
    }

    static func bodyTooLong(_ message: String) -> Refusal {
        Refusal(code: "ValidationException", message: message, status: .badRequest, reason: "INVALID_BLOCK")
    }

    static func reply(_ refusal: Refusal, requestID: String) -> Reply {
        let body = JSONWriter.object { json in
            json.member("Message", refusal.message)
            json.member("Reason", refusal.reason)
        }
        var reply = Reply.json(body, status: refusal.status)
        reply.headers[.amznErrorType] = refusal.code
        return reply
    }
}
