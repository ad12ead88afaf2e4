/// An account of an organization.
package struct RemoteAccount: Decodable, Sendable {
    package var id: String
    package var name: String
    package var email: String
    package var status: String
    /// Seconds since 1970.
    package var joinedAt: Double

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case email = "Email"
        case status = "Status"
        case joinedAt = "JoinedTimestamp"
    }
}

/// A request to create an account, and what has become of it.
package struct AccountCreationStatus: Decodable, Sendable {
    package var id: String
    /// `IN_PROGRESS`, `SUCCEEDED` or `FAILED`.
    package var state: String
    package var account: String?
    package var failure: String?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case state = "State"
        case account = "AccountId"
        case failure = "FailureReason"
    }
}

extension AWSClient {
    /// Organizations is in one place, whatever Region a command works in.
    private static let region = "us-east-1"

    /// A page of the organization's accounts, and the token for the next.
    package func accounts(after token: String?) async throws -> (accounts: [RemoteAccount], next: String?) {
        let page = try await organizations("ListAccounts", PageInput(token: token), as: AccountPage.self)
        return (page.accounts, page.next)
    }

    /// A page of the accounts directly below a root or a unit.
    func accounts(under parent: String, after token: String?) async throws -> (accounts: [RemoteAccount], next: String?) {
        let input = ParentInput(parent: parent, token: token)
        let page = try await organizations("ListAccountsForParent", input, as: AccountPage.self)
        return (page.accounts, page.next)
    }

    /// A page of the ids of the units directly below a root or a unit.
    func units(under parent: String, after token: String?) async throws -> (units: [String], next: String?) {
        let input = ParentInput(parent: parent, token: token)
        let page = try await organizations("ListOrganizationalUnitsForParent", input, as: UnitPage.self)
        return (page.units.map(\.id), page.next)
    }

    /// The ARN of the caller's organization.
    package func organizationARN() async throws -> String {
        try await organizations("DescribeOrganization", PageInput(), as: OrganizationAnswer.self).organization.arn
    }

    /// Whether there is such an account.
    ///
    /// - Returns: nil where the caller may not know, as who is not of the management account.
    package func hasAccount(_ id: String) async throws -> Bool? {
        do {
            return try await organizations("DescribeAccount", AccountInput(id: id), as: AccountAnswer.self).account.status != "CLOSED"
        } catch let error as AWSError where error.code == "AccountNotFoundException" {
            return false
        } catch let error as AWSError where error.code == "AccessDeniedException" {
            return nil
        }
    }

    package func createAccount(named name: String, email: String) async throws -> AccountCreationStatus {
        let input = CreationInput(name: name, email: email)
        return try await organizations("CreateAccount", input, repetition: .whenNotTaken, as: CreationAnswer.self).status
    }

    package func accountCreation(_ id: String) async throws -> AccountCreationStatus {
        try await organizations("DescribeCreateAccountStatus", CreationStatusInput(id: id), as: CreationAnswer.self).status
    }

    private func organizations<Content: Decodable>(
        _ action: String,
        _ input: some Encodable,
        repetition: Call.Repetition = .anytime,
        as content: Content.Type
    ) async throws -> Content {
        try await json(
            .organizations,
            "AWSOrganizationsV20161128",
            action,
            input,
            region: Self.region,
            repetition: repetition,
            as: content
        )
    }
}

private struct PageInput: Encodable {
    var token: String?

    enum CodingKeys: String, CodingKey {
        case token = "NextToken"
    }
}

private struct ParentInput: Encodable {
    var parent: String
    var token: String?

    enum CodingKeys: String, CodingKey {
        case parent = "ParentId"
        case token = "NextToken"
    }
}

private struct UnitPage: Decodable {
    struct Unit: Decodable {
        var id: String

        enum CodingKeys: String, CodingKey { case id = "Id" }
    }

    var units: [Unit]
    var next: String?

    enum CodingKeys: String, CodingKey {
        case units = "OrganizationalUnits"
        case next = "NextToken"
    }
}

private struct OrganizationAnswer: Decodable {
    struct Organization: Decodable {
        var arn: String

        enum CodingKeys: String, CodingKey { case arn = "Arn" }
    }

    var organization: Organization

    enum CodingKeys: String, CodingKey { case organization = "Organization" }
}

private struct AccountPage: Decodable {
    var accounts: [RemoteAccount]
    var next: String?

    enum CodingKeys: String, CodingKey {
        case accounts = "Accounts"
        case next = "NextToken"
    }
}

private struct AccountInput: Encodable {
    var id: String

    enum CodingKeys: String, CodingKey {
        case id = "AccountId"
    }
}

private struct AccountAnswer: Decodable {
    var account: RemoteAccount

    enum CodingKeys: String, CodingKey {
        case account = "Account"
    }
}

private struct CreationInput: Encodable {
    var name: String
    var email: String

    enum CodingKeys: String, CodingKey {
        case name = "AccountName"
        case email = "Email"
    }
}

private struct CreationStatusInput: Encodable {
    var id: String

    enum CodingKeys: String, CodingKey {
        case id = "CreateAccountRequestId"
    }
}

private struct CreationAnswer: Decodable {
    var status: AccountCreationStatus

    enum CodingKeys: String, CodingKey {
        case status = "CreateAccountStatus"
    }
}
