import Domain
import HTTPTypes
import Wire

/// The exceptions of KMS. All are 400, a dry run that passed among them, but for what is Ferry's fault.
extension KMSService {
    static func refusal(_ error: SignatureError) -> Refusal {
        switch error {
        case .incomplete, .malformed, .unsignedHeader:
            Refusal(code: "IncompleteSignatureException", message: "\(error)", status: .badRequest)
        case .expired, .notYetValid, .mismatch, .payloadMismatch:
            Refusal(code: "InvalidSignatureException", message: "\(error)", status: .badRequest)
        }
    }

    static func refusal(_ error: RequestError) -> Refusal {
        switch error.kind {
        case .malformed, .tooLarge: Refusal(code: "SerializationException", message: error.message, status: .badRequest)
        // What a member asks for is no fault of the request's: see `KMSChoice`.
        case .rejected(FaultCode.kmsUnsupportedOperation.rawValue, let message):
            Refusal(code: FaultCode.kmsUnsupportedOperation.rawValue, message: message, status: .badRequest)
        default: Refusal(code: FaultCode.validationException.rawValue, message: error.message, status: .badRequest)
        }
    }

    static func refusal(_ fault: Fault) -> Refusal { Refusal(fault, status: .badRequest) }

    static let busy = Refusal(
        code: "ThrottlingException",
        message: "The server has too many requests in hand. Try again later.",
        status: .badRequest
    )
    static let unavailable = Refusal(
        code: "DependencyTimeoutException",
        message: "The database of the server cannot be reached. Try again later.",
        status: .serviceUnavailable
    )
    static let unsigned = Refusal(
        code: "MissingAuthenticationTokenException",
        message: "Request is missing Authentication Token",
        status: .badRequest
    )

    static let unknownAccessKey = Refusal(
        code: "UnrecognizedClientException",
        message: "The security token included in the request is invalid.",
        status: .badRequest
    )

    static let internalError = Refusal(
        code: "KMSInternalException",
        message: "An internal error has occurred",
        status: .internalServerError
    )

    static func unknownRegion(_ name: String) -> Refusal {
        let message = "Credential should be scoped to a valid Region, not '\(name)'."
        return Refusal(code: "InvalidSignatureException", message: message, status: .badRequest)
    }

    static func noSpace(_ message: String) -> Refusal { refusal(Fault(.kmsLimitExceeded, message)) }

    static func bodyTooLong(_ message: String) -> Refusal {
        Refusal(code: "SerializationException", message: message, status: .badRequest)
    }

    static func reply(_ refusal: Refusal, requestID: String) -> Reply {
        let body = JSONWriter.object { json in
            json.member("__type", refusal.code)
            json.member("message", refusal.message)
        }
        return .kms(body, status: refusal.status)
    }
}
