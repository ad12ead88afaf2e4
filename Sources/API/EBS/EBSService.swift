import Domain
import HTTPTypes
import Services
import Wire

/// EBS direct: REST-JSON, version 2019-11-02 (docs/behaviour/ebs-direct.md, "Operations").
enum EBSService: RESTService {
    static let name = "ebs"
    /// A block or a JSON body, with room for one that is too long to be told so by the operation.
    static let bodyBytesMax = 1 << 20
    static let actions = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let all: [any Action<RESTRequest>.Type] = [
        CompleteSnapshot.self, GetSnapshotBlock.self, ListChangedBlocks.self, ListSnapshotBlocks.self, PutSnapshotBlock.self,
        StartSnapshot.self,
    ]

    /// Blocks carry a checksum of their own, so their requests leave the body out of the signature.
    static func allowsUnsignedBody(_ request: IncomingRequest) -> Bool { request.method == .put }

    static func action(of request: IncomingRequest, _ body: WholeBody, on _: CallPath) throws -> AskedAction<RESTRequest> {
        let request = try RESTRequest(request, body: body.bytes)
        guard let action = actionName(request.method, request.path).flatMap({ actions[$0] }) else {
            let refusal = Refusal(
                code: "UnknownOperationException",
                message: "The EBS direct APIs have no operation \(request.method) at this path",
                status: .notFound
            )
            throw RefusedRequest(refusal)
        }
        return AskedAction(type: action, input: request)
    }

    /// The routes.
    private static func actionName(_ method: HTTPRequest.Method, _ path: [String]) -> String? {
        guard path.first == "snapshots" else { return nil }
        switch (method, path.count) {
        case (.post, 1): return StartSnapshot.name
        case (.post, 3) where path[1] == "completion": return CompleteSnapshot.name
        case (.put, 4) where path[2] == "blocks": return PutSnapshotBlock.name
        case (.get, 4) where path[2] == "blocks": return GetSnapshotBlock.name
        case (.get, 3) where path[2] == "blocks": return ListSnapshotBlocks.name
        case (.get, 3) where path[2] == "changedblocks": return ListChangedBlocks.name
        default: return nil
        }
    }

    /// Whether a request that names no service is one of these operations: their paths could be those of a bucket as well.
    static func recognises(_ request: IncomingRequest) -> Bool {
        guard request.method == .get || request.target.query.parameters.isEmpty else { return false }
        return actionName(request.method, request.target.path.segments.filter { !$0.isEmpty }) != nil
    }
}
