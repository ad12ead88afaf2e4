import Domain
import Services
import Wire

struct ListAccounts: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListAccounts")]
    static let members = JSONMember.organizationPage

    private let page: PageRequest

    init(from json: JSONReader) throws { page = try json.organizationPage() }

    func run(in call: Call) async throws -> OrganizationPage<AccountEntry> {
        try await call.accountEntries(Organizations(call).accounts(page))
    }
}

struct ListAccountsForParent: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:ListAccountsForParent") { [try await $1.organizationTarget($0.parent)] }
    ]
    static let members: [JSONMember] = [.required("ParentId", .parentID)] + JSONMember.organizationPage

    private let parent: String
    private let page: PageRequest

    init(from json: JSONReader) throws {
        parent = try json["ParentId"]
        page = try json.organizationPage()
    }

    func run(in call: Call) async throws -> OrganizationPage<AccountEntry> {
        try await call.accountEntries(Organizations(call).accounts(under: parent, page))
    }
}

struct DescribeAccount: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DescribeAccount") { [try await $1.organizationAccount($0.id.rawValue)] }]
    static let members: [JSONMember] = [.required("AccountId", .accountID)]

    private let id: AccountID

    init(from json: JSONReader) throws { id = try json.accountID() }

    func run(in call: Call) async throws -> Named<AccountEntry> {
        let organizations = Organizations(call)
        let entry = AccountEntry(
            placed: try await organizations.account(id),
            organization: try await organizations.describe().organization,
            partition: organizations.partition
        )
        return Named(name: "Account", content: entry)
    }
}

extension Call {
    fileprivate func accountEntries(_ page: Page<PlacedAccount>) async throws -> OrganizationPage<AccountEntry> {
        let organization = try await Organizations(self).describe().organization
        let partition = region.partition
        let entries = page.map { AccountEntry(placed: $0, organization: organization, partition: partition) }
        return OrganizationPage(name: "Accounts", page: entries)
    }
}

extension JSONReader {
    func accountID(_ name: String = "AccountId") throws(RequestError) -> AccountID {
        let text: String = try self[name]
        guard let id = AccountID(rawValue: text) else { throw .invalid(name, text, "An account id has 12 digits") }
        return id
    }
}
