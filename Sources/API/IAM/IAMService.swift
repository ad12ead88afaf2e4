import Domain
import HTTPTypes
import Logging
import NIOCore
import Services
import Wire

/// IAM, the same in every Region. So far it has the certificates that an account signs bundles with.
enum IAMService: QueryService {
    static let namespace = QueryEnvelope.iamNamespace
    static let version = "2010-05-08"
    static let internalErrorCode = "ServiceFailure"
    /// What belongs to no user is the root user's.
    static let rootUserName = "root"

    private static let actions: [String: any IAMAction.Type] = Dictionary(
        uniqueKeysWithValues: signingCertificates.map { ($0.name, $0) }
    )

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
        guard let action = actions[name] else { throw unknownAction(name) }
        logger[metadataKey: "action"] = "\(name)"
        query.markEdgeParametersRead()
        return try await run(action, query, in: call, requestID: requestID)
    }

    private static func run<Action: IAMAction>(
        _: Action.Type,
        _ query: QueryReader,
        in call: Call,
        requestID: String
    ) async throws -> Reply {
        let userName: String? = try query["UserName"]
        let action = try Action(from: query)
        try query.requireAllRead()
        // Listings call the account itself so.
        if let userName, userName != rootUserName {
            throw Fault(.noSuchEntity, "The user with name \(userName.prefix(128)) cannot be found.")
        }
        let answer = try await action.run(in: call)
        return .xml(QueryEnvelope.success(action: Action.name, requestID: requestID, namespace: namespace, body: answer))
    }

    /// The statuses of IAM's reference, "Errors" of each action.
    static func refusal(_ fault: Fault) -> Refusal {
        let status: HTTPResponse.Status =
            switch fault.code {
            case .noSuchEntity: .notFound
            case .duplicateCertificate, .limitExceeded: .conflict
            default: .badRequest
            }
        return Refusal(fault, status: status)
    }
}
