import Domain
import Services
import Wire

/// Puts an account under another parent.
struct MoveAccount: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:MoveAccount") {
            let (action, call) = ($0, $1)
            return [
                try await call.organizationAccount(action.id.rawValue), try await call.organizationTarget(action.source),
                try await call.organizationTarget(action.destination),
            ]
        }
    ]
    static let members: [JSONMember] = [
        .required("AccountId", .accountID), .required("SourceParentId", .parentID), .required("DestinationParentId", .parentID),
    ]

    private let id: AccountID
    private let source: String
    private let destination: String

    init(from json: JSONReader) throws {
        id = try json.accountID()
        source = try json["SourceParentId"]
        destination = try json["DestinationParentId"]
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Organizations(call).move(id, from: source, to: destination)
        return EmptyAnswer()
    }
}
