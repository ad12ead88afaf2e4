import Domain
import Services
import Wire

/// Gives a user another name or path. Its id, keys and policies stay.
struct UpdateUser: IAMAction {
    static let permissions = [
        Permission<Self>("iam:UpdateUser") { try await $1.iam(renaming: .user, $0.name, newName: $0.newName, newPath: $0.newPath) }
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
