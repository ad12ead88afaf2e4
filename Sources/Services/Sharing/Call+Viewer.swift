import Domain
import Metadata

extension Call {
    /// The caller's account, as the one that looks at what belongs to several.
    func viewer() async throws -> Viewer {
        Viewer(account: account, membership: try await deployment.membership(of: account, in: region.partition, at: identityVersion))
    }
}

extension Deployment {
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
}
