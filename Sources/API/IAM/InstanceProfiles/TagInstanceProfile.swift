import Domain
import Services
import Wire

/// Sets tags of an instance profile; one of the same key is replaced.
struct TagInstanceProfile: IAMAction {
    static let permissions = [Permission<Self>("iam:TagInstanceProfile") { [try await $1.iam(.instanceProfile, $0.name)] }]

    private let name: String
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("InstanceProfileName", .instanceProfileName)
        tags = try query.tags
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await IAMIdentities(call).tag(.instanceProfile, name, with: tags)
        return XMLEmpty()
    }
}

struct UntagInstanceProfile: IAMAction {
    static let permissions = [Permission<Self>("iam:UntagInstanceProfile") { [try await $1.iam(.instanceProfile, $0.name)] }]

    private let name: String
    private let keys: [String]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("InstanceProfileName", .instanceProfileName)
        keys = try query.tagKeys
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await IAMIdentities(call).untag(.instanceProfile, name, keys: keys)
        return XMLEmpty()
    }
}

struct ListInstanceProfileTags: IAMAction {
    static let permissions = [Permission<Self>("iam:ListInstanceProfileTags") { [try await $1.iam(.instanceProfile, $0.name)] }]

    private let name: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("InstanceProfileName", .instanceProfileName)
        page = try query.page
    }

    func run(in call: Call) async throws -> TagPage { TagPage(page: try await IAMIdentities(call).tags(of: .instanceProfile, name, page)) }
}
