import Domain
import HTTPTypes
import Services
import Wire

/// The Recycle Bin: REST-JSON, version 2021-06-15 (docs/behaviour/recycle-bin.md, "Rules").
enum RBinService: RESTService {
    static let name = "rbin"
    static let bodyBytesMax = 1 << 17
    static let actions = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let all: [any Action<RESTRequest>.Type] = [
        CreateRule.self, DeleteRule.self, GetRule.self, ListRules.self, ListTagsForResource.self, LockRule.self, TagRule.self,
        UnlockRule.self, UntagRule.self, UpdateRule.self,
    ]

    static func action(of request: IncomingRequest, _ body: WholeBody, on _: CallPath) throws -> AskedAction<RESTRequest> {
        let path = request.target.path.segments.filter { !$0.isEmpty }
        guard let action = actionName(request.method, path).flatMap({ actions[$0] }) else {
            let refusal = Refusal(
                code: "UnknownOperationException",
                message: "The Recycle Bin has no operation \(request.method) at this path",
                status: .notFound
            )
            throw RefusedRequest(refusal)
        }
        let lists: Set<String> = action.name == UntagRule.name ? [UntagRule.keysName] : []
        return AskedAction(type: action, input: try RESTRequest(request, body: body.bytes, lists: lists))
    }

    /// The routes. The ARN in a path may be in one segment or in two: not all clients encode its slash.
    private static func actionName(_ method: HTTPRequest.Method, _ path: [String]) -> String? {
        switch (method, path.first, path.count) {
        case (.post, "rules", 1): CreateRule.name
        case (.post, "list-rules", 1): ListRules.name
        case (.get, "rules", 2): GetRule.name
        case (.patch, "rules", 2): UpdateRule.name
        case (.delete, "rules", 2): DeleteRule.name
        case (.patch, "rules", 3) where path[2] == "lock": LockRule.name
        case (.patch, "rules", 3) where path[2] == "unlock": UnlockRule.name
        case (.get, "tags", 2...3): ListTagsForResource.name
        case (.post, "tags", 2...3): TagRule.name
        case (.delete, "tags", 2...3): UntagRule.name
        default: nil
        }
    }

    /// Whether a request that names no service is one of these operations. One that reads may be of a bucket of such a name as well, and is taken
    /// for that.
    static func recognises(_ request: IncomingRequest) -> Bool {
        request.method != .get && actionName(request.method, request.target.path.segments.filter { !$0.isEmpty }) != nil
    }

    static let busy = Refusal(
        code: "ThrottlingException",
        message: "The server has too many requests in hand. Try again later.",
        status: .tooManyRequests
    )
    static let throttled = Refusal(code: "ThrottlingException", message: "Rate exceeded", status: .tooManyRequests)

    static func noSpace(_ message: String) -> Refusal {
        refusal(Fault(.serviceQuotaExceededException, message, reason: "SERVICE_QUOTA_EXCEEDED"))
    }

    static func bodyTooLong(_ message: String) -> Refusal { refusal(RetentionRule.invalid(message)) }
}
