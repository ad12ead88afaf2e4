import Domain
import Services
import Wire

/// Sets tags of a provider; one of the same key is replaced.
struct TagOpenIDConnectProvider: IAMAction {
    static let permissions = [Permission<Self>("iam:TagOpenIDConnectProvider") { [$1.provider($0.arn)] }]

    private let arn: String
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.providerARN
        tags = try query.tags
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await OpenIDProviders(call).tag(arn, with: tags)
        return XMLEmpty()
    }
}

struct UntagOpenIDConnectProvider: IAMAction {
    static let permissions = [Permission<Self>("iam:UntagOpenIDConnectProvider") { [$1.provider($0.arn)] }]

    private let arn: String
    private let keys: [String]

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.providerARN
        keys = try query.tagKeys
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await OpenIDProviders(call).untag(arn, keys: keys)
        return XMLEmpty()
    }
}

struct ListOpenIDConnectProviderTags: IAMAction {
    static let permissions = [Permission<Self>("iam:ListOpenIDConnectProviderTags") { [$1.provider($0.arn)] }]

    private let arn: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.providerARN
        page = try query.page
    }

    func run(in call: Call) async throws -> TagPage { TagPage(page: try await OpenIDProviders(call).tags(of: arn, page)) }
}
