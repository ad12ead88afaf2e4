import Domain
import Services
import Wire

/// `GET /rules/{id}`.
struct GetRule: RESTAction {
    static let permissions = [Permission<Self>("rbin:GetRule") { [$1.rule($0.id)] }]

    private let id: String

    init(from request: RESTRequest) { id = request.ruleID }

    func run(in call: Call) async throws -> Reply {
        .json(JSONWriter.encode(RuleAnswer(rule: try await RetentionRules(call).rule(id), call: call)))
    }
}
