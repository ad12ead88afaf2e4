import Domain
import Services
import Wire

/// Gives a group another name or path. Its users and policies stay.
struct UpdateGroup: IAMAction {
    static let permissions = [
        Permission<Self>("iam:UpdateGroup") { try await $1.iam(renaming: .group, $0.name, newName: $0.newName, newPath: $0.newPath) }
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
