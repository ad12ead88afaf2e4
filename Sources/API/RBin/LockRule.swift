import Domain
import Services
import Wire

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
