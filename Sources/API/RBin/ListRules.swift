import Domain
import Services
import Wire

/// `POST /list-rules`: the rules for a kind of resources.
struct ListRules: RESTAction {
    static let permissions = [Permission<Self>("rbin:ListRules") { [$1.rule("*")] }]

    private let query: RetentionRuleQuery

    private enum LockState: String, JSONText {
        case locked, unlocked
        case pendingUnlock = "pending_unlock"
    }

    init(from request: RESTRequest) throws {
        let json = try request.json()
        guard let kind = try json.recyclableKind() else { throw RequestError.missing("ResourceType") }
        let page = PageRequest(maxResults: try json["MaxResults"], nextToken: try json["NextToken"], sizes: RetentionRules.sizes)
        var query = RetentionRuleQuery(kind: kind, page: page)
        query.resourceTags = try json.resourceTags("ResourceTags") ?? []
        query.excludedTags = try json.resourceTags("ExcludeResourceTags") ?? []
        let state: LockState? = try json["LockState"]
        query.lockState = state?.rawValue
        try json.requireAllRead()
        self.query = query
    }

    func run(in call: Call) async throws -> Reply {
        do {
            let page = try await RetentionRules(call).list(query)
            return .json(
                JSONWriter.object { json in
                    json.list("Rules", page.elements) { RuleAnswer(rule: $1, call: call).writeSummary(to: &$0) }
                    json.member("NextToken", page.nextToken)
                }
            )
        } catch let fault as Fault where fault.code == .invalidNextToken {
            throw Fault(.validationException, fault.message, reason: "INVALID_PAGE_TOKEN")
        } catch let fault as Fault where fault.code == .invalidParameterValue {
            throw RetentionRule.invalid(fault.message)
        }
    }
}
