import Domain
import Services
import Wire

/// Tells which organization the account is in: the one action that every account may call.
struct DescribeOrganization: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DescribeOrganization")]
    static let members: [JSONMember] = []

    init(from json: JSONReader) {}

    func run(in call: Call) async throws -> Named<Content> {
        let (organization, email) = try await Organizations(call).describe()
        return Named(name: "Organization", content: Content(organization: organization, email: email, partition: call.region.partition))
    }

    struct Content: JSONEncodable {
        let organization: Organization
        let email: String
        let partition: String

        func write(to json: inout JSONWriter) {
            let account = organization.managementAccount.rawValue
            json.member("Id", organization.id)
            json.member("Arn", organization.arn(in: partition).description)
            json.member("FeatureSet", "ALL")
            json.member("MasterAccountArn", organization.arn(ofAccount: account, in: partition).description)
            json.member("MasterAccountId", account)
            json.member("MasterAccountEmail", email)
            // What a root has enabled, ListRoots tells: this one is what AWS answers, always.
            json.list("AvailablePolicyTypes", [PolicyTypeEntry()])
        }
    }
}

/// There is an organization from the first start.
struct CreateOrganization: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:CreateOrganization")]
    static let members: [JSONMember] = [.optional("FeatureSet", .featureSet)]

    // Which features it is to have says nothing: no request makes one.
    init(from json: JSONReader) throws { let _: String? = try json["FeatureSet"] }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Organizations(call).create()
        return EmptyAnswer()
    }
}

/// The organization is all that the server's accounts are in: it stays.
struct DeleteOrganization: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DeleteOrganization")]
    static let members: [JSONMember] = []

    init(from json: JSONReader) {}

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Organizations(call).delete()
        return EmptyAnswer()
    }
}

struct ListRoots: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListRoots")]
    static let members = JSONMember.organizationPage

    private let page: OnlyPage

    init(from json: JSONReader) throws { page = try OnlyPage(from: json) }

    func run(in call: Call) async throws -> OrganizationPage<RootEntry> {
        let root = RootEntry(organization: try await Organizations(call).root().organization, partition: call.region.partition)
        return try page.answer("Roots", [root])
    }
}

/// No service of AWS's runs here that could be trusted with the accounts.
struct ListAWSServiceAccessForOrganization: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListAWSServiceAccessForOrganization")]
    static let members = JSONMember.organizationPage

    private let page: OnlyPage

    init(from json: JSONReader) throws { page = try OnlyPage(from: json) }

    func run(in call: Call) async throws -> OrganizationPage<EmptyAnswer> {
        _ = try await Organizations(call).root()
        return try page.answer("EnabledServicePrincipals", [])
    }
}

/// No account can be made an administrator of a service here.
struct ListDelegatedAdministrators: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListDelegatedAdministrators")]
    static let members: [JSONMember] = [.optional("ServicePrincipal", .servicePrincipal)] + JSONMember.organizationPage

    private let page: OnlyPage

    // Of none of the services there is one.
    init(from json: JSONReader) throws {
        let _: String? = try json["ServicePrincipal"]
        page = try OnlyPage(from: json)
    }

    func run(in call: Call) async throws -> OrganizationPage<EmptyAnswer> {
        _ = try await Organizations(call).root()
        return try page.answer("DelegatedAdministrators", [])
    }
}

/// The page of a listing that has one alone: no token leads to another.
struct OnlyPage {
    private let token: String?

    init(from json: JSONReader) throws { token = try json.organizationPage().nextToken }

    /// - Throws: `invalidNextToken` when the caller asks for what comes after it.
    func answer<Element>(_ name: String, _ elements: [Element]) throws -> OrganizationPage<Element> {
        guard token == nil else { throw Fault(.invalidNextToken, "The token is not valid or has expired") }
        return OrganizationPage(name: name, page: Page(elements: elements, nextToken: nil))
    }
}
