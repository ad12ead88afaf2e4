import Domain
import HTTPTypes
import Services
import Wire

/// EC2's codes and statuses (docs/behaviour/requests.md, "Codes and statuses of EC2").
extension EC2Service {
    private static let credentials = "AWS was not able to validate the provided access credentials"

    static func refusal(_ error: SignatureError) -> Refusal {
        switch error {
        case .expired, .notYetValid:
            // The times are the only help that a user with a wrong clock gets.
            Refusal(code: "RequestExpired", message: "Request has expired. \(error)", status: .badRequest)
        case .incomplete, .malformed, .unsignedHeader:
            Refusal(code: "IncompleteSignature", message: "\(error)", status: .badRequest)
        case .mismatch, .payloadMismatch:
            Refusal(code: "AuthFailure", message: credentials, status: .unauthorized)
        }
    }

    static func refusal(_ error: RequestError) -> Refusal {
        Refusal(code: error.code, message: error.message, status: .badRequest)
    }

    static func refusal(_ fault: Fault) -> Refusal {
        let status: HTTPResponse.Status =
            switch fault.code {
            case .unauthorizedOperation: .forbidden
            case .dryRunOperation: .preconditionFailed
            case .internalError: .internalServerError
            default: .badRequest
            }
        return Refusal(fault, status: status)
    }

    static func refusal(_ error: AccessDenied) -> Refusal {
        var message = "You are not authorized to perform this operation. \(error)"
        if let encoded = error.encoded { message += ". Encoded authorization failure message: \(encoded)" }
        return Refusal(code: FaultCode.unauthorizedOperation.rawValue, message: message, status: .forbidden)
    }

    static func refusal(_ error: KeyUnusable) -> Refusal { refusal(KeyRefusal(error).fault) }

    static let unsigned = Refusal(
        code: "MissingAuthenticationToken",
        message: "Request is missing Authentication Token",
        status: .forbidden
    )
    static let unknownAccessKey = Refusal(code: "AuthFailure", message: credentials, status: .unauthorized)
    static let expiredToken = Refusal(code: "RequestExpired", message: "Request has expired.", status: .badRequest)
    static let busy = Refusal(
        code: "Unavailable",
        message: "The server has too many requests in hand. Try again later.",
        status: .serviceUnavailable
    )
    static let unavailable = Refusal(
        code: "Unavailable",
        message: "The database of the server cannot be reached. Try again later.",
        status: .serviceUnavailable
    )
    static let tooSlow = Refusal(code: "RequestTimeout", message: "\(BodyNotWhole.tooSlow)", status: .requestTimeout)
    static let throttled = Refusal(code: "RequestLimitExceeded", message: "Request limit exceeded.", status: .serviceUnavailable)
    static let internalError = Refusal(code: "InternalError", message: "An internal error has occurred", status: .internalServerError)

    static func unknownRegion(_ name: String, served: String) -> Refusal {
        let message = "Credential should be scoped to a valid Region, not '\(name)'. \(served)"
        return Refusal(code: "AuthFailure", message: message, status: .unauthorized)
    }

    static func noSpace(_ message: String) -> Refusal {
        Refusal(code: FaultCode.resourceLimitExceeded.rawValue, message: message, status: .badRequest)
    }

    static func reply(_ refusal: Refusal, requestID: String) -> Reply {
        .xml(EC2Envelope.error(code: refusal.code, message: refusal.message, requestID: requestID), status: refusal.status)
    }
}
