import Domain
import Services
import Wire

/// Deletes a role that nothing hangs on any more. Its sessions end with it.
struct DeleteRole: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteRole") { [try await $1.iam(.role, $0.name)] }]

    private let name: String

    init(from query: QueryReader) throws(RequestError) { name = try query.text("RoleName", .roleName) }

    func run(in call: Call) async throws -> XMLEmpty {
        try await Roles(call).delete(name)
        return XMLEmpty()
    }
}
