import Domain
import Metadata

/// All that an account has of users, groups, roles and policies, with how they hang together.
package struct AuthorizationDetails: Sendable {
    /// The parts of the listing, in the order of its pages.
    package enum Section: String, CaseIterable, Sendable {
        case user = "1"
        case group = "2"
        case role = "3"
        case localPolicy = "4"
        /// Those that somebody has.
        case awsPolicy = "5"

        fileprivate var kind: IAMIdentity.Kind? {
            switch self {
            case .user: .user
            case .group: .group
            case .role: .role
            case .localPolicy, .awsPolicy: nil
            }
        }
    }

    package enum Detail: Sendable {
        case identity(IdentityDetail)
        case policy(PolicyDetail)

        /// Characters of its documents.
        fileprivate var cost: Int {
            switch self {
            case .identity(let detail):
                detail.inline.reduce(detail.identity.trust?.utf8.count ?? 0) { $0 + $1.document.utf8.count }
                    + detail.profiles.count * (detail.identity.trust?.utf8.count ?? 0)
            case .policy(let detail): detail.versions.reduce(0) { $0 + $1.document.utf8.count }
            }
        }

        fileprivate var place: String {
            switch self {
            case .identity(let detail):
                let section = Section.allCases.first { $0.kind == detail.identity.kind }
                return "\(section?.rawValue ?? "")/\(IAMIdentityTable.place(of: detail.identity))"
            case .policy(let detail): return "\(detail.section.rawValue)/\(detail.place)"
            }
        }
    }

    private let call: Call

    package init(_ call: Call) { self.call = call }

    package func list(_ sections: Set<Section>, _ page: IAMPageRequest) async throws -> Page<Detail> {
        let call = call
        let listing = "details/" + sections.map(\.rawValue).sorted().joined()
        return try await page.page(of: listing, in: call, cost: \.cost, place: \.place) { after, limit in
            try await call.readIAM { try Self.details(sections, after: after, limit: limit, by: call, in: $0) }
        }
    }

    private static func details(
        _ sections: Set<Section>,
        after: String?,
        limit: Int,
        by call: Call,
        in transaction: Transaction
    ) throws -> [Detail] {
        let parts = after?.split(separator: "/", maxSplits: 1).map(String.init) ?? []
        let begin = parts.first ?? ""
        var found: [Detail] = []
        for section in Section.allCases where sections.contains(section) && section.rawValue >= begin && found.count < limit {
            let name = section.rawValue == begin ? parts.last : nil
            let rest = limit - found.count
            if let kind = section.kind {
                let identities = try IAMIdentityTable(transaction).list(kind, of: call.account, after: name, limit: rest)
                found += try identities.map { .identity(try IdentityDetail($0, in: transaction)) }
            } else {
                let policies = try ManagedPolicies.details(section, after: name, limit: rest, by: call, in: transaction)
                found += policies.map(Detail.policy)
            }
        }
        return found
    }
}

/// A user, a group or a role with what hangs on it.
package struct IdentityDetail: Sendable {
    package let identity: IAMIdentity
    package let inline: [InlinePolicy]
    package let attached: [ManagedPolicyARN]
    /// Of a user, by name.
    package let groups: [String]
    /// Of a role.
    package let profiles: [InstanceProfile]
    package let tags: [Tag]

    fileprivate init(_ identity: IAMIdentity, in transaction: Transaction) throws {
        let identity = try NamedPrincipals(transaction).told(identity)
        self.identity = identity
        inline = try IAMInlinePolicyTable(transaction).policies(of: [identity.id])[identity.id] ?? []
        attached = try IAMAttachmentTable(transaction).policies(of: identity.id)
        groups = identity.kind == .user ? try IAMMemberTable(transaction).groups(of: identity.id, limit: Users.groupsMax).map(\.name) : []
        profiles =
            identity.kind == .role
            ? try IAMProfileRoleTable(transaction).profiles(of: identity.id, after: "", limit: 100).map {
                InstanceProfile(identity: $0, role: identity)
            } : []
        tags = identity.kind == .group ? [] : try IAMTagTable(transaction).tags(of: identity.id)
    }
}

/// A managed policy with all of its versions.
package struct PolicyDetail: Sendable {
    package let policy: DescribedPolicy
    package let versions: [DescribedVersion]

    fileprivate var section: AuthorizationDetails.Section { policy.arn.owner == .aws ? .awsPolicy : .localPolicy }
    fileprivate var place: String { IAMNaming.folded(policy.arn.name) }
}

extension ManagedPolicies {
    fileprivate static func details(
        _ section: AuthorizationDetails.Section,
        after name: String?,
        limit: Int,
        by call: Call,
        in transaction: Transaction
    ) throws -> [PolicyDetail] {
        guard section == .awsPolicy else {
            let table = IAMPolicyTable(transaction)
            let policies = try table.policies(of: call.account, IAMPolicySelection(), after: name ?? "", limit: limit)
            let usage = try IAMAttachmentTable(transaction).usage(of: policies.map(\.arn), in: call.account)
            return try policies.map { policy in
                let versions = try table.versions(of: policy.id).map { DescribedVersion($0, of: policy) }
                return PolicyDetail(policy: DescribedPolicy(policy, usage: usage[policy.arn]), versions: versions)
            }
        }
        let used = try IAMAttachmentTable(transaction).usage(of: AWSManagedPolicy.all.map(\.managedARN), in: call.account)
        let policies = AWSManagedPolicy.all.filter { used[$0.managedARN] != nil }
        let details = policies.map { policy in
            PolicyDetail(policy: DescribedPolicy(policy, usage: used[policy.managedARN]), versions: [DescribedVersion(policy)])
        }
        return Array(details.filter { $0.place > name ?? "" }.sorted { $0.place < $1.place }.prefix(limit))
    }
}
