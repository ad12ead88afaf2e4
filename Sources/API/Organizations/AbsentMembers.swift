import Domain
import Services
import Wire

/// The services that an account is an administrator of: no account can be made one here, so that none is registered.
struct ListDelegatedServicesForAccount: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:ListDelegatedServicesForAccount") { [try await $1.organizationAccount($0.id.rawValue)] }
    ]
    static let members: [JSONMember] = [.required("AccountId", .accountID)] + JSONMember.organizationPage

    private let id: AccountID

    init(from json: JSONReader) throws {
        id = try json.accountID()
        _ = try OnlyPage(from: json)
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        _ = try await Organizations(call).account(id)
        throw Fault(.accountNotRegistered, "You specified an account that is not a delegated administrator for any service.")
    }
}

/// Accounts are made here and never invited, so that there are no invitations.
struct ListHandshakesForOrganization: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListHandshakesForOrganization")]
    static let members = JSONMember.handshakes

    private let page: OnlyPage

    init(from json: JSONReader) throws {
        let _: HandshakeFilter? = try json["Filter"]
        page = try OnlyPage(from: json)
    }

    func run(in call: Call) async throws -> OrganizationPage<EmptyAnswer> {
        _ = try await Organizations(call).root()
        return try page.answer("Handshakes", [])
    }
}

/// What an account has been invited to: nothing, as above. Every account may ask.
struct ListHandshakesForAccount: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListHandshakesForAccount")]
    static let members = JSONMember.handshakes

    private let page: OnlyPage

    init(from json: JSONReader) throws {
        let _: HandshakeFilter? = try json["Filter"]
        page = try OnlyPage(from: json)
    }

    func run(in call: Call) async throws -> OrganizationPage<EmptyAnswer> { try page.answer("Handshakes", []) }
}

/// The policy of the organization itself, by which it lets other accounts administer it: it has none here.
struct DescribeResourcePolicy: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DescribeResourcePolicy")]
    static let members: [JSONMember] = []

    init(from json: JSONReader) {}

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Organizations(call).requireManagement()
        throw Fault(.noResourcePolicy, "The organization has no resource policy.")
    }
}

/// Whatever is asked for, there is none.
private struct HandshakeFilter: JSONStructure {
    init(from json: JSONReader) throws(RequestError) {
        for name in ["ActionType", "ParentHandshakeId"] { let _: String? = try json[name] }
    }
}

extension JSONMember {
    fileprivate static let handshakes: [JSONMember] =
        [.optional("Filter", .structure([.optional("ActionType", .handshakeAction), .optional("ParentHandshakeId", .handshakeID)]))]
        + organizationPage
}
