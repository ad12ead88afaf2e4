import Domain
import Services
import Wire

/// Creates an account, with a role in it that the management account can assume.
struct CreateAccount: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:CreateAccount"),
        Permission<Self>("organizations:TagResource") { $0.creation.tags.isEmpty ? [] : [try await $1.organizationAccount("*")] },
    ]
    static let members: [JSONMember] =
        [
            .required("Email", .email), .required("AccountName", .accountName), .optional("RoleName", .roleName),
            .optional("IamUserAccessToBilling", .billingAccess),
        ] + JSONMember.organizationTags

    private let creation: AccountCreation

    init(from json: JSONReader) throws {
        // There are no bills here that anybody could see or not.
        let _: String? = try json["IamUserAccessToBilling"]
        creation = AccountCreation(
            name: try json["AccountName"],
            email: try json["Email"],
            role: try json["RoleName"],
            tags: try json.organizationTags()
        )
    }

    /// As in AWS, what has become of it tells DescribeCreateAccountStatus.
    func run(in call: Call) async throws -> Named<AccountRequestEntry> {
        let request = try await Organizations(call).createAccount(creation)
        let asked = AccountRequest(id: request.id, name: request.name, requestedAt: request.requestedAt)
        return Named(name: "CreateAccountStatus", content: AccountRequestEntry(request: asked))
    }
}

struct DescribeCreateAccountStatus: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DescribeCreateAccountStatus")]
    static let members: [JSONMember] = [.required("CreateAccountRequestId", .accountRequestID)]

    private let id: String

    init(from json: JSONReader) throws { id = try json["CreateAccountRequestId"] }

    func run(in call: Call) async throws -> Named<AccountRequestEntry> {
        Named(name: "CreateAccountStatus", content: AccountRequestEntry(request: try await Organizations(call).request(id)))
    }
}

struct ListCreateAccountStatus: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListCreateAccountStatus")]
    static let members: [JSONMember] = [.optional("States", .accountRequestStates)] + JSONMember.organizationPage

    private let states: [AccountRequest.State]
    private let page: PageRequest

    init(from json: JSONReader) throws {
        let states: [String] = try json["States"]
        self.states = states.compactMap(AccountRequest.State.init)
        page = try json.organizationPage()
    }

    func run(in call: Call) async throws -> OrganizationPage<AccountRequestEntry> {
        let page = try await Organizations(call).requests(in: states, page)
        return OrganizationPage(name: "CreateAccountStatuses", page: page.map { AccountRequestEntry(request: $0) })
    }
}
