import Domain
import HTTPTypes
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

/// `DELETE /rules/{id}`: deletes a rule that is not locked. What is in the bin stays there for its time.
struct DeleteRule: RESTAction {
    static let permissions = [Permission<Self>("rbin:DeleteRule") { [$1.rule($0.id)] }]

    private let id: String

    init(from request: RESTRequest) { id = request.ruleID }

    func run(in call: Call) async throws -> Reply {
        try await RetentionRules(call).delete(id)
        return Reply(status: .noContent)
    }
}

/// `PATCH /rules/{id}/lock`: nobody can change or delete the rule until it is unlocked.
struct LockRule: RESTAction {
    static let permissions = [Permission<Self>("rbin:LockRule") { [$1.rule($0.id)] }]

    private let id: String
    private let unlockDays: Int

    init(from request: RESTRequest) throws {
        id = request.ruleID
        let json = try request.json()
        guard let days = try json.unlockDays() else { throw RequestError.missing("LockConfiguration") }
        unlockDays = days
        try json.requireAllRead()
    }

    func run(in call: Call) async throws -> Reply {
        .json(JSONWriter.encode(RuleAnswer(rule: try await RetentionRules(call).lock(id, unlockDays: unlockDays), call: call)))
    }
}

/// `PATCH /rules/{id}/unlock`: the delay of the lock begins to run.
struct UnlockRule: RESTAction {
    static let permissions = [Permission<Self>("rbin:UnlockRule") { [$1.rule($0.id)] }]

    private let id: String

    init(from request: RESTRequest) throws {
        id = request.ruleID
        try request.json().requireAllRead()
    }

    func run(in call: Call) async throws -> Reply {
        .json(JSONWriter.encode(RuleAnswer(rule: try await RetentionRules(call).unlock(id), call: call)))
    }
}
