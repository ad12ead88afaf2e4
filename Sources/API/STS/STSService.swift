import Domain
import Logging
import NIOCore
import Services
import Wire

/// STS, the same in every Region.
enum STSService: QueryService {
    static let namespace = QueryEnvelope.stsNamespace
    static let version = "2011-06-15"
    static let internalErrorCode = "InternalFailure"

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
        guard name == GetCallerIdentity.name else { throw unknownAction(name) }
        logger[metadataKey: "action"] = "\(name)"
        query.markEdgeParametersRead()
        try query.requireAllRead()
        let answer = GetCallerIdentity(call: call)
        return .xml(QueryEnvelope.success(action: name, requestID: requestID, namespace: namespace, body: answer))
    }
}
