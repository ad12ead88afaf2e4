import Domain
import Services
import Wire

/// Closes an account: its keys and sessions sign no more, and what it has stays.
struct CloseAccount: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:CloseAccount") { [try await $1.organizationAccount($0.id.rawValue)] }]
    static let members: [JSONMember] = [.required("AccountId", .accountID)]

    private let id: AccountID

    init(from json: JSONReader) throws { id = try json.accountID() }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Organizations(call).close(id)
        return EmptyAnswer()
    }
}
