import Domain
import HTTPTypes
import Logging
import NIOCore
import Services
import Wire

/// EBS direct: REST-JSON, version 2019-11-02 (docs/behaviour/ebs-direct.md, "Operations").
enum EBSService: APIService {
    static let isGlobal = false
    /// A block or a JSON body, with room for one that is too long to be told so by the operation.
    static let bodyBytesMax = 1 << 20

    /// Blocks carry a checksum of their own, so their requests leave the body out of the signature.
    static func allowsUnsignedBody(_ request: IncomingRequest) -> Bool { request.method == .put }

    static func respond(
        to request: IncomingRequest,
        body: ByteBuffer,
        in call: Call,
        requestID: String,
        logger: inout Logger
    ) async throws -> Reply {
        let request = try EBSRequest(request, body: body)
        guard let (name, action) = Self.action(request.method, request.path) else {
            let refusal = Refusal(
                code: "UnknownOperationException",
                message: "The EBS direct APIs have no operation \(request.method) at this path",
                status: .notFound
            )
            throw RefusedRequest(refusal)
        }
        logger[metadataKey: "action"] = "\(name)"
        return try await action(request, call)
    }

    private typealias Action = @Sendable (EBSRequest, Call) async throws -> Reply

    /// The routes of the six operations.
    private static func action(_ method: HTTPRequest.Method, _ path: [String]) -> (name: String, Action)? {
        switch (method, path.count) {
        case (.post, 1) where path[0] == "snapshots":
            return ("StartSnapshot", startSnapshot)
        case (.post, 3) where path[0] == "snapshots" && path[1] == "completion":
            return ("CompleteSnapshot", completeSnapshot)
        case (.put, 4) where path[0] == "snapshots" && path[2] == "blocks":
            return ("PutSnapshotBlock", putSnapshotBlock)
        case (.get, 4) where path[0] == "snapshots" && path[2] == "blocks":
            return ("GetSnapshotBlock", getSnapshotBlock)
        case (.get, 3) where path[0] == "snapshots" && path[2] == "blocks":
            return ("ListSnapshotBlocks", listSnapshotBlocks)
        case (.get, 3) where path[0] == "snapshots" && path[2] == "changedblocks":
            return ("ListChangedBlocks", listChangedBlocks)
        default: return nil
        }
    }

    /// Whether a request that names no service is one of these operations: their paths could be those of a bucket as well.
    static func recognises(_ request: IncomingRequest) -> Bool {
        guard request.method == .get || request.target.query.parameters.isEmpty else { return false }
        return action(request.method, request.target.path.segments.filter { !$0.isEmpty }) != nil
    }
}
