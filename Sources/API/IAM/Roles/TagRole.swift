import Domain
import Services
import Wire

/// Sets tags of a role; one of the same key is replaced.
struct TagRole: IAMAction {
    static let permissions = [Permission<Self>("iam:TagRole") { [try await $1.iam(.role, $0.name)] }]

    private let name: String
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("RoleName", .roleName)
        tags = try query.tags
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await IAMIdentities(call).tag(.role, name, with: tags)
        return XMLEmpty()
    }
}

struct UntagRole: IAMAction {
    static let permissions = [Permission<Self>("iam:UntagRole") { [try await $1.iam(.role, $0.name)] }]

    private let name: String
    private let keys: [String]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("RoleName", .roleName)
        keys = try query.tagKeys
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await IAMIdentities(call).untag(.role, name, keys: keys)
        return XMLEmpty()
    }
}

struct ListRoleTags: IAMAction {
    static let permissions = [Permission<Self>("iam:ListRoleTags") { [try await $1.iam(.role, $0.name)] }]

    private let name: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("RoleName", .roleName)
        page = try query.page
    }

    func run(in call: Call) async throws -> TagPage { TagPage(page: try await IAMIdentities(call).tags(of: .role, name, page)) }
}
