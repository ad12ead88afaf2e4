import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// A global service of the query protocol: parameters as a form, XML out. What STS and IAM say alike.
protocol QueryService: WholeBodyService where Input == QueryReader {
    static var namespace: String { get }
    static var version: String { get }
    /// The code of a failure that is ours.
    static var internalErrorCode: String { get }
}

extension QueryService {
    static var isGlobal: Bool { true }
    static var bodyBytesMax: Int { 1 << 16 }

    static func action(of request: IncomingRequest, _ body: WholeBody, on _: CallPath) throws -> AskedAction<QueryReader> {
        try action(of: QueryReader(request: request, body: body.bytes))
    }

    static func action(of query: QueryReader) throws -> AskedAction<QueryReader> {
        let name: String = try query["Action"]
        let _: String? = try query["Version"]
        guard let action = actions[name] else {
            throw Fault(.invalidAction, "Could not find operation \(name.prefix(128)) for version \(version)")
        }
        query.markEdgeParametersRead()
        return AskedAction(type: action, input: query, resource: ResourceInLog.name(in: query))
    }

    static func refusal(_ error: SignatureError) -> Refusal {
        switch error {
        case .incomplete, .malformed, .unsignedHeader: Refusal(code: "IncompleteSignature", message: "\(error)", status: .badRequest)
        case .expired, .notYetValid, .mismatch, .payloadMismatch:
            Refusal(code: "SignatureDoesNotMatch", message: "\(error)", status: .forbidden)
        }
    }

    static func refusal(_ error: RequestError) -> Refusal {
        Refusal(code: error.code, message: error.message, status: .badRequest)
    }

    static func refusal(_ fault: Fault) -> Refusal { Refusal(fault, status: .badRequest) }

    static func refusal(_ error: AccessDenied) -> Refusal { Refusal(code: "AccessDenied", message: "\(error)", status: .forbidden) }

    static var unsigned: Refusal {
        Refusal(code: "MissingAuthenticationToken", message: "Request is missing Authentication Token", status: .forbidden)
    }

    static var unknownAccessKey: Refusal {
        Refusal(code: "InvalidClientTokenId", message: "The security token included in the request is invalid.", status: .forbidden)
    }

    static var expiredToken: Refusal {
        Refusal(code: "ExpiredToken", message: "The security token included in the request is expired", status: .forbidden)
    }

    static var busy: Refusal {
        Refusal(code: "Throttling", message: "The server has too many requests in hand. Try again later.", status: .badRequest)
    }

    static var tooSlow: Refusal { Refusal(code: "RequestTimeout", message: "\(BodyNotWhole.tooSlow)", status: .requestTimeout) }

    static var throttled: Refusal { Refusal(code: "Throttling", message: "Rate exceeded", status: .badRequest) }

    static var internalError: Refusal {
        Refusal(code: internalErrorCode, message: "An internal error has occurred", status: .internalServerError)
    }

    static func unknownRegion(_ name: String, served: String) -> Refusal {
        let message = "Credential should be scoped to a valid region, not '\(name)'. \(served)."
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
