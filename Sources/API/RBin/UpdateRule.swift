import Domain
import Services
import Wire

/// `PATCH /rules/{id}`: changes a rule that is not locked. What is in the bin already keeps its time.
struct UpdateRule: RESTAction {
    static let permissions = [Permission<Self>("rbin:UpdateRule") { [$1.rule($0.id)] }]

    private let id: String
    private let change: RetentionRuleChange

    init(from request: RESTRequest) throws {
        id = request.ruleID
        let json = try request.json()
        var change = RetentionRuleChange()
        change.days = try json.retentionDays()
        change.description = try json["Description"]
        change.kind = try json.recyclableKind()
        change.resourceTags = try json.resourceTags("ResourceTags")
        change.excludedTags = try json.resourceTags("ExcludeResourceTags")
        try json.requireAllRead()
        self.change = change
    }

    func run(in call: Call) async throws -> Reply {
        .json(JSONWriter.encode(RuleAnswer(rule: try await RetentionRules(call).update(id, change), call: call)))
    }
}
