import Domain
import HTTPTypes
import Services
import Wire

/// The exceptions that services of this dialect share. All are 400, but for what is Ferry's fault.
extension JSONService {
    static func refusal(_ error: SignatureError) -> Refusal {
        switch error {
        case .incomplete, .malformed, .unsignedHeader:
            Refusal(code: "IncompleteSignatureException", message: "\(error)", status: .badRequest)
        case .expired, .notYetValid, .mismatch, .payloadMismatch:
            Refusal(code: "InvalidSignatureException", message: "\(error)", status: .badRequest)
        }
    }

    static func refusal(_ error: RequestError) -> Refusal { jsonRefusal(error) }

    /// What the dialect says, for services that have an exception of their own for some errors.
    static func jsonRefusal(_ error: RequestError) -> Refusal {
        switch error.kind {
        case .malformed, .tooLarge: Refusal(code: "SerializationException", message: error.message, status: .badRequest)
        default: Refusal(code: FaultCode.validationException.rawValue, message: error.message, status: .badRequest)
        }
    }

    static func refusal(_ fault: Fault) -> Refusal { Refusal(fault, status: .badRequest) }

    static func refusal(_ error: AccessDenied) -> Refusal {
        Refusal(code: FaultCode.accessDeniedException.rawValue, message: "\(error)", status: .badRequest)
    }

    static var busy: Refusal {
        Refusal(
            code: "ThrottlingException",
            message: "The server has too many requests in hand. Try again later.",
            status: .badRequest
        )
    }
    static var throttled: Refusal { Refusal(code: "ThrottlingException", message: "Rate exceeded", status: .badRequest) }
    static var unsigned: Refusal {
        Refusal(
            code: "MissingAuthenticationTokenException",
            message: "Request is missing Authentication Token",
            status: .badRequest
        )
    }

    static var unknownAccessKey: Refusal {
        Refusal(
            code: "UnrecognizedClientException",
            message: "The security token included in the request is invalid.",
            status: .badRequest
        )
    }

    static var expiredToken: Refusal {
        Refusal(code: "ExpiredTokenException", message: "The security token included in the request is expired", status: .badRequest)
    }

    static var internalError: Refusal {
        Refusal(
            code: internalErrorCode,
            message: "An internal error has occurred",
            status: .internalServerError
        )
    }

    static func unknownRegion(_ name: String, served: String) -> Refusal {
        let message = "Credential should be scoped to a valid Region, not '\(name)'. \(served)."
        return Refusal(code: "InvalidSignatureException", message: message, status: .badRequest)
    }

    static func bodyTooLong(_ message: String) -> Refusal {
        Refusal(code: "SerializationException", message: message, status: .badRequest)
    }

    static func reply(_ refusal: Refusal, requestID: String) -> Reply {
        let body = JSONWriter.object { json in
            json.member("__type", refusal.code)
            json.member(messageMember, refusal.message)
            json.member("Reason", refusal.reason)
        }
        return .amazonJSON(body, status: refusal.status)
    }
}
