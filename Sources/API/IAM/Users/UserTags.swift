import Domain
import Services
import Wire

/// Sets tags on a user.
struct TagUser: IAMAction {
    static let permissions = [Permission<Self>("iam:TagUser") { [try await $1.iam(.user, $0.name)] }]

    private let name: String
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("UserName", .existingUserName)
        tags = try query.tags
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await IAMIdentities(call).tag(.user, name, with: tags)
        return XMLEmpty()
    }
}

/// Removes tags from a user.
struct UntagUser: IAMAction {
    static let permissions = [Permission<Self>("iam:UntagUser") { [try await $1.iam(.user, $0.name)] }]

    private let name: String
    private let keys: [String]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("UserName", .existingUserName)
        keys = try query.tagKeys
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await IAMIdentities(call).untag(.user, name, keys: keys)
        return XMLEmpty()
    }
}

/// Lists the tags of a user, by key.
struct ListUserTags: IAMAction {
    static let permissions = [Permission<Self>("iam:ListUserTags") { [try await $1.iam(.user, $0.name)] }]

    private let name: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("UserName", .existingUserName)
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await IAMIdentities(call).tags(of: .user, name, page)) }

    struct Answer: XMLEncodable {
        let page: Page<Tag>

        func write(to xml: inout XMLWriter) {
            xml.tagList(page.elements)
            xml.pageEnd(page)
        }
    }
}
