import Domain
import Services
import Wire

/// Sets tags of a policy; one of the same key is replaced.
struct TagPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:TagPolicy") { [$1.policy($0.arn)] }]

    private let arn: String
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        tags = try query.tags
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await ManagedPolicies(call).tag(arn, with: tags)
        return XMLEmpty()
    }
}

struct UntagPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:UntagPolicy") { [$1.policy($0.arn)] }]

    private let arn: String
    private let keys: [String]

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        keys = try query.tagKeys
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await ManagedPolicies(call).untag(arn, keys: keys)
        return XMLEmpty()
    }
}

struct ListPolicyTags: IAMAction {
    static let permissions = [Permission<Self>("iam:ListPolicyTags") { [$1.policy($0.arn)] }]

    private let arn: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        page = try query.page
    }

    func run(in call: Call) async throws -> TagPage { TagPage(page: try await ManagedPolicies(call).tags(of: arn, page)) }
}
