import Domain
import Services
import Wire

/// Deletes a user that nothing hangs on any more.
struct DeleteUser: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteUser") { [try await $1.iam(.user, $0.name)] }]

    private let name: String

    init(from query: QueryReader) throws(RequestError) { name = try query.text("UserName", .existingUserName) }

    func run(in call: Call) async throws -> XMLEmpty {
        try await Users(call).delete(name)
        return XMLEmpty()
    }
}
