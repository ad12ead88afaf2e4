import Domain
import Metadata

extension Call {
    /// The caller's account, as the one that looks at what belongs to several.
    func viewer() async throws -> Viewer {
        Viewer(
            account: account,
            membership: try await deployment.membership(of: account, in: region.partition, at: identityVersion),
            closed: try await deployment.closedAccounts(at: identityVersion)
        )
    }

    /// Whether a resource is out of the caller's reach because its owner's account is closed. The account's own work goes on to its end.
    func isClosed(_ owner: AccountID) async throws -> Bool {
        guard owner != account || principal.isNobody else { return false }
        return try await deployment.closedAccounts(at: identityVersion).contains(owner)
    }
}

extension Deployment {
    /// Whether an account is the one that runs the server: the management account or, without an organization, the only one that there is.
    func isManagement(_ account: AccountID) async throws -> Bool {
        guard let organization = try await directory.read({ try OrganizationTable($0).organization() }) else { return true }
        return organization.managementAccount == account
    }

    /// Where an account stands in the organization.
    ///
    /// - Parameter version: the number of IAM's rows, where the call has read it already.
    func membership(of account: AccountID, in partition: String, at version: Int64? = nil) async throws -> Membership {
        let key = "\(partition)/\(account)"
        if let version, let known = memberships.value(for: key, at: version) { return known }
        let (arns, read) = try await directory.read { transaction in
            (try OrganizationTable(transaction).memberships(of: account, in: partition), try IAMVersionTable(transaction).version())
        }
        let membership = Membership(arns: arns.map(\.description))
        memberships.keep(membership, for: key, at: read)
        return membership
    }

    /// - Parameter version: the number of IAM's rows, where the call has read it already.
    func closedAccounts(at version: Int64? = nil) async throws -> ClosedAccounts {
        if let version, let known = closedAccounts.value(for: .all, at: version) { return known }
        let (closed, read) = try await directory.read { [closedAccounts] transaction in
            let version = try IAMVersionTable(transaction).version()
            if let known = closedAccounts.value(for: .all, at: version) { return (known, version) }
            return (try OrganizationTable(transaction).closedAccounts(), version)
        }
        closedAccounts.keep(closed, for: .all, at: read)
        return closed
    }
}

/// The key of what there is one of.
enum SoleKey: Hashable, Sendable { case all }
