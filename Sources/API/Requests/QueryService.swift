import Domain
import HTTPTypes
import Wire

/// A global service of the query protocol: parameters as a form, XML out. What STS and IAM say alike.
protocol QueryService: APIService {
    static var namespace: String { get }
    static var version: String { get }
    /// The code of a failure that is ours.
    static var internalErrorCode: String { get }
}

extension QueryService {
    static var isGlobal: Bool { true }
    static var bodyBytesMax: Int { 1 << 16 }

    static func unknownAction(_ name: String) -> Fault {
        Fault(.invalidAction, "Could not find operation \(name.prefix(128)) for version \(version)")
    }

    static func refusal(_ error: SignatureError) -> Refusal {
        switch error {
        case .incomplete, .malformed: Refusal(code: "IncompleteSignature", message: "\(error)", status: .badRequest)
        case .expired, .notYetValid, .mismatch, .payloadMismatch:
            Refusal(code: "SignatureDoesNotMatch", message: "\(error)", status: .forbidden)
        }
    }

    static func refusal(_ error: RequestError) -> Refusal {
        Refusal(code: error.code, message: error.message, status: .badRequest)
    }

    static func refusal(_ fault: Fault) -> Refusal { Refusal(fault, status: .badRequest) }

    static var unsigned: Refusal {
        Refusal(code: "MissingAuthenticationToken", message: "Request is missing Authentication Token", status: .forbidden)
    }

    static var unknownAccessKey: Refusal {
        Refusal(code: "InvalidClientTokenId", message: "The security token included in the request is invalid.", status: .forbidden)
    }

    static var internalError: Refusal {
        Refusal(code: internalErrorCode, message: "An internal error has occurred", status: .internalServerError)
    }

    static func unknownRegion(_ name: String) -> Refusal {
        let message = "Credential should be scoped to a valid region, not '\(name)'."
        return Refusal(code: "SignatureDoesNotMatch", message: message, status: .forbidden)
    }

    static func noSpace(_ message: String) -> Refusal { internalError }

    static func reply(_ refusal: Refusal, requestID: String) -> Reply {
        .xml(
            QueryEnvelope.error(
                code: refusal.code,
                message: refusal.message,
                requestID: requestID,
                namespace: namespace,
                fault: refusal.isInternal ? .receiver : .sender
            ),
            status: refusal.status
        )
    }
}
