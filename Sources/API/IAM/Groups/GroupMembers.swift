import Domain
import Services
import Wire

/// Puts a user into a group.
struct AddUserToGroup: IAMAction {
    static let permissions = [Permission<Self>("iam:AddUserToGroup") { [try await $1.iam(.group, $0.group)] }]

    private let group: String
    private let user: String

    init(from query: QueryReader) throws(RequestError) {
        group = try query.text("GroupName", .groupName)
        user = try query.text("UserName", .existingUserName)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await Groups(call).add(user, to: group)
        return XMLEmpty()
    }
}

/// Takes a user out of a group.
struct RemoveUserFromGroup: IAMAction {
    static let permissions = [Permission<Self>("iam:RemoveUserFromGroup") { [try await $1.iam(.group, $0.group)] }]

    private let group: String
    private let user: String

    init(from query: QueryReader) throws(RequestError) {
        group = try query.text("GroupName", .groupName)
        user = try query.text("UserName", .existingUserName)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await Groups(call).remove(user, from: group)
        return XMLEmpty()
    }
}
