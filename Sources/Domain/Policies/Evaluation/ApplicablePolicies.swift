/// A policy and what refusals call it: its ARN, or the name that it has within its identity.
package struct NamedPolicy: Sendable {
    package let name: String
    package let policy: CompiledPolicy

    package init(name: String, policy: CompiledPolicy) {
        self.name = name
        self.policy = policy
    }
}

/// What a resource itself says of who may use it.
package struct ResourcePolicy: Sendable {
    package enum Rule: Sendable {
        /// In its account the policies of identities suffice, and it adds to them: buckets.
        case adds
        /// Nobody gets in whom it does not let in, be it the account as a whole: keys and roles.
        case decides
    }

    /// The account that has the resource.
    package let owner: AccountID
    package let rule: Rule
    /// Nil for a resource that has none.
    package let policy: NamedPolicy?
    /// What lets the caller in beside the policy: a grant of a key, the access control list of a bucket.
    package var grant: ResourceGrant?
    /// Whether the grant needs no policy of the caller's account beside it, whosever the resource is: that of a key does not.
    package var isGrantEnough = false

    package init(owner: AccountID, rule: Rule, policy: NamedPolicy?, grant: ResourceGrant? = nil) {
        self.owner = owner
        self.rule = rule
        self.policy = policy
        self.grant = grant
    }
}

/// All policies that have a say in a request.
package struct ApplicablePolicies: Sendable {
    /// Those of the user or the role: inline, attached, and of its groups. The root user needs none; whom it federates neither.
    package var identity: PolicySet = []
    /// The permissions boundary.
    package var boundary: PolicySet?
    /// Those that were given when the session began; nil for what is no session, or for one without.
    package var session: PolicySet?
    /// Service control policies, a set for each level from the root down to the account. Each level must allow. None for the management account.
    package var serviceControl: [PolicySet] = []
    /// Nil for a resource that has nothing to say.
    package var resource: ResourcePolicy?

    package init() {}

    /// Those of the caller; each limits or allows.
    private var ofCaller: [PolicySet] { [identity] + [boundary, session].compactMap(\.self) + serviceControl }

    var all: [NamedPolicy] { ofCaller.flatMap(\.policies) + [resource?.policy].compactMap(\.self) }

    /// The keys that conditions and variables ask about when it comes to an action, in small letters.
    package func conditionKeys(about action: String) -> Set<String> {
        var keys = resource?.policy?.policy.conditionKeys ?? []
        for set in ofCaller { keys.formUnion(set.conditionKeys(about: action)) }
        return keys
    }
}
