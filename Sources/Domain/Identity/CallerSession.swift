import Foundation

/// What the temporary keys of a caller were given for: how long, with which policies that limit it, and what is known of it beside its name.
package struct CallerSession: Hashable, Sendable, Codable {
    /// In the policy language, as whoever began the session has given it.
    package var policy: String?
    /// The managed policies that limit it as well.
    package var policyARNs: [String]
    /// What `aws:PrincipalTag` says of it, before the tags of its role.
    package var tags: [Tag]
    /// The keys of those tags that go on into sessions that it begins.
    package var transitiveTagKeys: [String]
    package var sourceIdentity: String?
    /// Whether it was begun by the session of another role: it lasts an hour at most.
    package var isChained: Bool
    /// The provider that vouched for whoever began it, as `aws:FederatedProvider` has it.
    package var provider: String?
    /// What that provider's token said, as conditions ask for it: by keys in small letters.
    package var providerFacts: [String: [String]]
    /// Whether it is that of who has signed in to the console: it may do what the person's own keys may, of IAM and STS as well.
    package var isOfConsole: Bool { console ?? false }
    /// Optional, since rows of before do not say it.
    private let console: Bool?
    package let issuedAt: Date
    package let expiresAt: Date

    package init(
        policy: String? = nil,
        policyARNs: [String] = [],
        tags: [Tag] = [],
        transitiveTagKeys: [String] = [],
        sourceIdentity: String? = nil,
        isChained: Bool = false,
        provider: String? = nil,
        providerFacts: [String: [String]] = [:],
        isOfConsole: Bool = false,
        issuedAt: Date,
        expiresAt: Date
    ) {
        self.policy = policy
        self.policyARNs = policyARNs
        self.tags = tags
        self.transitiveTagKeys = transitiveTagKeys
        self.sourceIdentity = sourceIdentity
        self.isChained = isChained
        self.provider = provider
        self.providerFacts = providerFacts
        console = isOfConsole ? true : nil
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// The tags that go on into sessions that it begins.
    package var transitiveTags: [Tag] {
        let keys = Set(transitiveTagKeys.map { $0.lowercased() })
        return tags.filter { keys.contains($0.key.lowercased()) }
    }

    /// Whether policies of its own limit it. One of a federated user without any may do nothing but what resources let it.
    package func isLimited(for kind: Principal.Kind) -> Bool {
        if case .federatedUser = kind { return true }
        return policy != nil || !policyARNs.isEmpty
    }
}
