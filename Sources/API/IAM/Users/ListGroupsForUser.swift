import Domain
import Services
import Wire

/// Lists the groups that a user is in, by name.
struct ListGroupsForUser: IAMAction {
    static let permissions = [Permission<Self>("iam:ListGroupsForUser") { [try await $1.iam(.user, $0.name)] }]

    private let name: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("UserName", .existingUserName)
        page = try query.page
    }

    func run(in call: Call) async throws -> ListGroups.Answer {
        ListGroups.Answer(page: try await Users(call).groups(of: name, page), partition: call.region.partition)
    }
}
