import Domain
import HTTPTypes
import Services
import Wire

/// A service that speaks REST-JSON: the method and the path say what is asked for, and a header of the answer the code of an error.
protocol RESTService: WholeBodyService where Input == RESTRequest {}

extension RESTService {
    static func refusal(_ error: SignatureError) -> Refusal {
        Refusal(code: "InvalidSignatureException", message: "\(error)", status: .forbidden)
    }

    static func refusal(_ error: RequestError) -> Refusal {
        Refusal(code: "ValidationException", message: error.message, status: .badRequest, reason: "INVALID_PARAMETER_VALUE")
    }

    static func refusal(_ fault: Fault) -> Refusal {
        let status: HTTPResponse.Status =
            switch fault.code {
            case .accessDeniedException: .forbidden
            case .resourceNotFoundException: .notFound
            case .conflictException: .conflict
            case .serviceQuotaExceededException: .init(code: 402, reasonPhrase: "Payment Required")
            default: .badRequest
            }
        return Refusal(fault, status: status)
    }

    static func refusal(_ error: AccessDenied) -> Refusal { refusal(Fault(.accessDeniedException, "\(error)")) }

    static var unsigned: Refusal {
        Refusal(
            code: "MissingAuthenticationTokenException",
            message: "Request is missing Authentication Token",
            status: .forbidden
        )
    }

    static var unknownAccessKey: Refusal {
        Refusal(
            code: "UnrecognizedClientException",
            message: "The security token included in the request is invalid.",
            status: .forbidden
        )
    }

    static var expiredToken: Refusal {
        Refusal(code: "ExpiredTokenException", message: "The security token included in the request is expired", status: .forbidden)
    }

    static var internalError: Refusal {
        Refusal(code: "InternalServerException", message: "An internal error has occurred", status: .internalServerError)
    }

    static func unknownRegion(_ name: String, served: String) -> Refusal {
        let message = "Credential should be scoped to a valid Region, not '\(name)'. \(served)."
        return Refusal(code: "InvalidSignatureException", message: message, status: .forbidden)
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
