/// Whom a policy decides about: a principal of some account, or who has none.
package enum Caller: Hashable, Sendable {
    case principal(Principal)
    /// A service that acts on its own, as `vmie.amazonaws.com` does when it assumes the role that imports disks.
    case service(String)
    /// Whoever an identity provider vouches for: the ARN of the provider, or its host.
    case provider(String)

    /// The account whose policies hold for it; nil for nobody's.
    var account: AccountID? {
        guard case .principal(let principal) = self, principal.kind != .anonymous else { return nil }
        return principal.account
    }

    /// Whether it has all that its account has without any policy: the root user, and whom the root user federates.
    var hasAllOfAccount: Bool {
        guard case .principal(let principal) = self else { return false }
        switch principal.kind {
        case .rootUser, .federatedUser(_, nil): return true
        case .user, .role, .federatedUser, .anonymous: return false
        }
    }

    /// As refusals name it.
    func name(in partition: String) -> String {
        switch self {
        case .principal(let principal): principal.arn(in: partition)
        case .service(let name), .provider(let name): name
        }
    }
}
