import Domain

extension Call {
    /// The caller's account, as the one that looks at what belongs to several.
    func viewer() async throws -> Viewer { Viewer(account: account, membership: try await deployment.membership(of: account)) }
}

extension Deployment {
    /// Where an account stands in the organization.
    func membership(of account: AccountID) async throws -> Membership { .none }
}
