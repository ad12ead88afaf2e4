import Domain
import Services
import Wire

/// Gives a group another name or path. Its users and policies stay.
struct UpdateGroup: IAMAction {
    /// Both the old and the new name are asked for, as in UpdateUser.
    static let permissions = [
        Permission<Self>("iam:UpdateGroup") { action, call in
            let old = try await call.iam(.group, action.name)
            guard action.newName != nil || action.newPath != nil else { return [old] }
            return [old, try await call.iam(renamed: .group, action.name, newName: action.newName, newPath: action.newPath)]
        }
    ]

    private let name: String
    private let newName: String?
    private let newPath: String?

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("GroupName", .groupName)
        newName = try query.optionalText("NewGroupName", .groupName)
        newPath = try query.optionalText("NewPath", .path)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await Groups(call).update(name, newName: newName, newPath: newPath)
        return XMLEmpty()
    }
}
