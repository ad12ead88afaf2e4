import Domain
import HTTPTypes
import Services
import Wire

/// `POST /rules`: makes a rule of the Recycle Bin. It holds at once.
struct CreateRule: RESTAction {
    static let permissions = [
        Permission<Self>("rbin:CreateRule") { [$1.rule("*")] },
        Permission<Self>("rbin:TagResource") { $0.tags.isEmpty ? [] : [$1.rule("*")] },
    ]

    private let kind: RecyclableKind
    private let days: Int
    private let description: String
    private let resourceTags: [ResourceTag]
    private let excludedTags: [ResourceTag]
    private let unlockDays: Int?
    private let tags: [Tag]

    init(from request: RESTRequest) throws {
        let json = try request.json()
        guard let kind = try json.recyclableKind() else { throw RequestError.missing("ResourceType") }
        guard let days = try json.retentionDays() else { throw RequestError.missing("RetentionPeriod") }
        (self.kind, self.days) = (kind, days)
        description = try json["Description"] ?? ""
        resourceTags = try json.resourceTags("ResourceTags") ?? []
        excludedTags = try json.resourceTags("ExcludeResourceTags") ?? []
        unlockDays = try json.unlockDays()
        tags = try json.ruleTags()
        try json.requireAllRead()
    }

    func run(in call: Call) async throws -> Reply {
        let rules = RetentionRules(call)
        var draft = rules.draft(kind: kind, description: description, days: days)
        (draft.resourceTags, draft.excludedTags, draft.tags) = (resourceTags, excludedTags, tags)
        if let unlockDays {
            guard RetentionRule.unlockDays.contains(unlockDays) else {
                throw RetentionRule.invalid("UnlockDelayValue must be from 7 to 30 days, not \(unlockDays)")
            }
            draft.lock = .locked(unlockDays: unlockDays)
        }
        let answer = RuleAnswer(rule: try await rules.create(draft), call: call)
        return .json(
            JSONWriter.object { json in
                answer.write(to: &json)
                answer.writeTags(to: &json)
            },
            status: .created
        )
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
