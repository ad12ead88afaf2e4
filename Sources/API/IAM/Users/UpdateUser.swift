import Domain
import Services
import Wire

/// Gives a user another name or path. Its id, keys and policies stay.
struct UpdateUser: IAMAction {
    /// A caller may not give a name that it could not change: as in IAM, both the old and the new are asked for.
    static let permissions = [
        Permission<Self>("iam:UpdateUser") { action, call in
            let old = try await call.iam(.user, action.name)
            guard action.newName != nil || action.newPath != nil else { return [old] }
            return [old, try await call.iam(renamed: .user, action.name, newName: action.newName, newPath: action.newPath)]
        }
    ]

    private let name: String
    private let newName: String?
    private let newPath: String?

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("UserName", .existingUserName)
        newName = try query.optionalText("NewUserName", .userName)
        newPath = try query.optionalText("NewPath", .path)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await Users(call).update(name, newName: newName, newPath: newPath)
        return XMLEmpty()
    }
}
