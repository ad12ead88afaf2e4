import Domain
import Services
import Wire

/// Deletes a group without users and policies.
struct DeleteGroup: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteGroup") { [try await $1.iam(.group, $0.name)] }]

    private let name: String

    init(from query: QueryReader) throws(RequestError) { name = try query.text("GroupName", .groupName) }

    func run(in call: Call) async throws -> XMLEmpty {
        try await Groups(call).delete(name)
        return XMLEmpty()
    }
}
