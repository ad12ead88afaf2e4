import Domain
import HTTPTypes
import Logging
import NIOCore
import Services
import Wire

/// EC2: the query dialect in, XML out.
enum EC2Service: APIService {
    static let isGlobal = false
    static let bodyBytesMax = 1 << 20

    /// The newest version of the API; requests of older ones are read the same way.
    private static let newestVersion = "2016-11-15"

    private static let actions: [String: any EC2Action.Type] = Dictionary(
        uniqueKeysWithValues: (images + snapshots + tags + regions + encryption + tasks).map { ($0.name, $0) }
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
        let version: String = try query["Version"] ?? newestVersion
        guard version.wholeMatch(of: /20[0-9]{2}-[0-9]{2}-[0-9]{2}/) != nil, version <= newestVersion else {
            throw Fault(.noSuchVersion, "The requested version '\(version)' does not exist: the newest is \(newestVersion)")
        }
        guard let action = actions[name] else {
            throw Fault(.invalidAction, "The action \(name.prefix(128)) is not valid for this web service.")
        }
        logger[metadataKey: "action"] = "\(name)"
        logger.note(resourceIn: query)
        query.markEdgeParametersRead()
        return try await run(action, query, in: call, requestID: requestID)
    }

    /// What all actions share: parse, refuse what nobody read, dry run, run, write.
    private static func run<Action: EC2Action>(
        _: Action.Type,
        _ query: QueryReader,
        in call: Call,
        requestID: String
    ) async throws -> Reply {
        let action = try Action(from: query)
        let isDryRun: Bool = try query["DryRun"] ?? false
        try query.requireAllRead()
        guard isDryRun else { return try await action.reply(in: call, requestID: requestID) }
        try await call.rehearse { _ = try await action.reply(in: $0, requestID: requestID) }
        throw Fault(.dryRunOperation, "Request would have succeeded, but DryRun flag is set.")
    }
}
