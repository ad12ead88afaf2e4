import Domain
import Foundation

/// The organization of a directory's accounts, and where in it an account stands.
package struct OrganizationTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Nil before the first start has prepared the root account.
    package func organization() throws -> Organization? {
        try transaction.firstRow("SELECT * FROM organizations").map { row in
            Organization(
                id: try row.text("id"),
                root: try row.text("root"),
                managementAccount: try row.value("management_account"),
                hasPolicies: try row.flag("policies_enabled")
            )
        }
    }

    package func insert(_ organization: Organization, at date: Date) throws {
        try transaction.execute(
            "INSERT INTO organizations (id, root, management_account, policies_enabled, created_at) VALUES (?, ?, ?, ?, ?)",
            [
                .text(organization.id), .text(organization.root), .text(organization.managementAccount),
                .flag(organization.hasPolicies), .date(date),
            ]
        )
    }

    package func setPolicies(enabled: Bool) throws {
        try transaction.execute("UPDATE organizations SET policies_enabled = ?", [.flag(enabled)])
    }

    /// The root and the units that lead to an account or a unit, the root first; nil for what is not in the tree.
    package func path(to child: String) throws -> [String]? {
        guard let organization = try organization() else { return nil }
        let sql =
            child.hasPrefix("ou-")
            ? "SELECT parent FROM organizational_units WHERE id = ?" : "SELECT parent FROM accounts WHERE id = ? AND parent IS NOT NULL"
        guard var place = try transaction.firstRow(sql, [.text(child)])?.text("parent") else { return nil }
        var path = [place]
        while place != organization.root {
            // One more than there can be: a loop in the rows must not be one here.
            guard path.count <= OrganizationLimits.depth,
                let unit = try transaction.firstRow("SELECT parent FROM organizational_units WHERE id = ?", [.text(place)])
            else { throw CorruptRow(column: "parent") }
            place = try unit.text("parent")
            path.append(place)
        }
        return path.reversed()
    }

    /// The organization and the units that an account belongs to, by their ARNs: what things can be shared with. None for an account that
    /// is closed or not known.
    package func memberships(of account: AccountID, in partition: String) throws -> [ARN] {
        guard let organization = try organization(), try isActive(account), let path = try path(to: account.rawValue) else { return [] }
        return [organization.arn(in: partition)] + path.dropFirst().map { organization.arn(ofUnit: $0, in: partition) }
    }

    /// What `aws:PrincipalOrgPaths` says of an account: `o-…/r-…/ou-…/`.
    package func principalPath(of account: AccountID) throws -> String? {
        guard let organization = try organization(), let path = try path(to: account.rawValue) else { return nil }
        return ([organization.id] + path).map { "\($0)/" }.joined()
    }

    /// Whether an account is there and not closed.
    package func isActive(_ account: AccountID) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM accounts WHERE id = ? AND status = 'ACTIVE'", [.text(account)]) != nil
    }

    package func closedAccounts() throws -> ClosedAccounts {
        let rows = try transaction.rows("SELECT id FROM accounts WHERE status <> 'ACTIVE'")
        return ClosedAccounts(Set(try rows.map { try $0.value("id") }))
    }

    /// The service control policies over an account, from the root down to the account itself. Empty where they have no say: for the
    /// management account, and while they are not enabled.
    package func serviceControlPolicies(of account: AccountID) throws -> [ServiceControlLevel] {
        guard let organization = try organization(), organization.hasPolicies, account != organization.managementAccount,
            let path = try path(to: account.rawValue)
        else { return [] }
        let policies = OrganizationPolicyTable(transaction)
        return try (path + [account.rawValue]).map { ServiceControlLevel(target: $0, policies: try policies.attached(to: $0)) }
    }
}
