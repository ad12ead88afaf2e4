import Domain
import Metadata

/// The organization of all accounts, as its management account sees and changes it.
package struct Organizations: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    package var partition: String { call.region.partition }

    /// What every account may see: the organization itself, and the address of its management account.
    package func describe() async throws -> (organization: Organization, email: String) {
        try await call.deployment.directory.read { transaction in
            let organization = try Self.organization(transaction)
            return (organization, try MemberAccountTable(transaction).account(organization.managementAccount)?.email ?? "")
        }
    }

    /// There is one from the first start, and every account is in it.
    package func create() async throws {
        _ = try await describe()
        throw Fault(.alreadyInOrganization, "The provided account is already a member of an organization.")
    }

    /// It stays, whoever is in it: there is no server without.
    package func delete() async throws {
        let isEmpty = try await read { try $0.accounts.count() == 1 }
        throw isEmpty
            ? Fault(.constraintViolation, "The organization of a Ferry server is there as long as the server is, and is not deleted.")
            : Fault(
                .organizationNotEmpty,
                "The organization isn't empty. To delete an organization, you must first remove all accounts except the management account."
            )
    }

    /// - Throws: `Fault` for a call of any other account than the management account.
    package func requireManagement() async throws { try await read { _ in } }

    /// Reads rows for the management account; all other accounts are refused.
    func read<Value: Sendable>(_ body: @escaping @Sendable (OrganizationRows) throws -> Value) async throws -> Value {
        try await call.deployment.directory.read { [account = call.account] in try body(try Self.rows($0, for: account)) }
    }

    /// Changes rows for the management account; all other accounts are refused. What was kept of decisions before is read anew.
    func write<Value: Sendable>(_ body: @escaping @Sendable (OrganizationRows) throws -> Value) async throws -> Value {
        try await call.deployment.directory.write { [account = call.account] transaction in
            let value = try body(try Self.rows(transaction, for: account))
            try IAMVersionTable(transaction).bump()
            return value
        }
    }

    /// A page of a listing in the order of its places.
    func page<Element: Sendable>(
        of listing: String,
        _ request: PageRequest,
        place: (Element) -> String,
        batch: @escaping @Sendable (_ rows: OrganizationRows, _ after: String?, _ limit: Int) throws -> [Element]
    ) async throws -> Page<Element> {
        try await request.collect(
            token: call.pageToken(for: "organizations:\(listing)"),
            place: place,
            batch: { after, limit in try await read { try batch($0, after, limit) } },
            where: { _ in true }
        )
    }

    private static func rows(_ transaction: Transaction, for account: AccountID) throws -> OrganizationRows {
        let organization = try organization(transaction)
        guard account == organization.managementAccount else { throw Fault.notManagementAccount }
        return OrganizationRows(organization: organization, transaction: transaction)
    }

    private static func organization(_ transaction: Transaction) throws -> Organization {
        guard let organization = try OrganizationTable(transaction).organization() else {
            throw Fault(.noOrganization, "Your account is not a member of an organization.")
        }
        return organization
    }
}

/// The rows of the organization in one transaction.
struct OrganizationRows {
    let organization: Organization
    let transaction: Transaction

    var tree: OrganizationTable { OrganizationTable(transaction) }
    var accounts: MemberAccountTable { MemberAccountTable(transaction) }
    var requests: AccountRequestTable { AccountRequestTable(transaction) }
    var units: OrganizationalUnitTable { OrganizationalUnitTable(transaction) }
    var policies: OrganizationPolicyTable { OrganizationPolicyTable(transaction) }
    var tags: OrganizationTagTable { OrganizationTagTable(transaction) }

    /// Whether an id is the root's, or that of a unit that is there.
    func isParent(_ id: String) throws -> Bool { try id == organization.root || units.unit(id) != nil }

    func account(_ id: String) throws -> MemberAccount? { try AccountID(rawValue: id).flatMap(accounts.account) }

    /// How something of the tree is called; nil for what is not there.
    func name(ofTarget id: String) throws -> String? {
        try id == organization.root ? OrganizationRoot.name : units.unit(id)?.name ?? account(id)?.name
    }

    func requireParent(_ id: String, else fault: Fault) throws { guard try isParent(id) else { throw fault } }

    func requireAccount(_ id: AccountID) throws -> MemberAccount {
        guard let account = try accounts.account(id) else { throw Fault.noSuchAccount }
        return account
    }

    func requireUnit(_ id: String) throws -> OrganizationalUnit {
        guard let unit = try units.unit(id) else { throw Fault.noSuchUnit }
        return unit
    }

    func requirePolicy(_ id: String) throws -> OrganizationPolicy {
        guard let policy = try policies.policy(id) else { throw Fault.noSuchPolicy }
        return policy
    }

    /// Where something that is in the tree stands, from the organization down: `o-…/r-…/ou-…/`.
    func path(to id: String, under parent: String) throws -> String {
        let above = parent == organization.root ? [parent] : (try tree.path(to: parent) ?? []) + [parent]
        return ([organization.id] + above + [id]).map { "\($0)/" }.joined()
    }
}

/// The root of the tree.
package struct OrganizationRoot: Sendable {
    package static let name = "Root"

    package let organization: Organization
}
