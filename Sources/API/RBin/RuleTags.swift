import Domain
import HTTPTypes
import Services
import Wire

/// `GET /tags/{arn}`.
struct ListTagsForResource: RESTAction {
    static let permissions = [Permission<Self>("rbin:ListTagsForResource") { [$1.rule(try $1.ruleID(in: $0.arn))] }]

    private let arn: String

    init(from request: RESTRequest) { arn = request.resourceARN }

    func run(in call: Call) async throws -> Reply {
        let rule = try await RetentionRules(call).rule(try call.ruleID(in: arn))
        return .json(JSONWriter.object { RuleAnswer(rule: rule, call: call).writeTags(to: &$0) })
    }
}

/// `POST /tags/{arn}`.
struct TagRule: RESTAction {
    static let name = "TagResource"
    static let permissions = [Permission<Self>("rbin:TagResource") { [$1.rule(try $1.ruleID(in: $0.arn))] }]

    private let arn: String
    private let tags: [Tag]

    init(from request: RESTRequest) throws {
        arn = request.resourceARN
        let json = try request.json()
        guard json.contains("Tags") else { throw RequestError.missing("Tags") }
        tags = try json.ruleTags()
        try json.requireAllRead()
    }

    func run(in call: Call) async throws -> Reply {
        try await RetentionRules(call).tag(try call.ruleID(in: arn), with: tags)
        return .json(JSONWriter.object { _ in }, status: .created)
    }
}

/// `DELETE /tags/{arn}?tagKeys=…`.
struct UntagRule: RESTAction {
    static let name = "UntagResource"
    static let permissions = [Permission<Self>("rbin:UntagResource") { [$1.rule(try $1.ruleID(in: $0.arn))] }]

    static let keysName = "tagKeys"

    private let arn: String
    private let keys: [String]

    init(from request: RESTRequest) throws {
        arn = request.resourceARN
        keys = request.list(Self.keysName)
        guard !keys.isEmpty else { throw RequestError.missing(Self.keysName) }
    }

    func run(in call: Call) async throws -> Reply {
        try await RetentionRules(call).untag(try call.ruleID(in: arn), keys: keys)
        return Reply(status: .noContent)
    }
}
