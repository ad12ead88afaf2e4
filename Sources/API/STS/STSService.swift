import Domain
import HTTPTypes
import Logging
import NIOCore
import Services
import Wire

/// STS: the query protocol in, XML out. The same in every Region.
enum STSService: APIService {
    static let isGlobal = true
    static let bodyBytesMax = 1 << 16

    static func respond(
        to request: IncomingRequest,
        body: ByteBuffer,
        in call: Call,
        requestID: String,
        logger: inout Logger
    ) async throws -> Reply {
        let query = try QueryReader(request: request, body: body)
        let name: String = try query["Action"]
        let _: String? = try query["Version"]
        guard name == GetCallerIdentity.name else {
            throw Fault(.invalidAction, "Could not find operation \(name.prefix(128)) for version 2011-06-15")
        }
        logger[metadataKey: "action"] = "\(name)"
        query.markEdgeParametersRead()
        try query.requireAllRead()
        return .xml(QueryEnvelope.success(action: name, requestID: requestID, body: GetCallerIdentity(call: call)))
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

    static let unsigned = Refusal(
        code: "MissingAuthenticationToken",
        message: "Request is missing Authentication Token",
        status: .forbidden
    )

    static let unknownAccessKey = Refusal(
        code: "InvalidClientTokenId",
        message: "The security token included in the request is invalid.",
        status: .forbidden
    )

    static let internalError = Refusal(code: "InternalFailure", message: "An internal error has occurred", status: .internalServerError)

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
                fault: refusal.isInternal ? .receiver : .sender
            ),
            status: refusal.status
        )
    }
}
