import Domain
import Services
import Wire

/// Tells all of an account's users, groups, roles and policies, page by page.
struct GetAccountAuthorizationDetails: IAMAction {
    static let permissions = [Permission<Self>("iam:GetAccountAuthorizationDetails")]

    private let sections: Set<AuthorizationDetails.Section>
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        let filter: [EntityFilter] = try query["Filter.member"]
        sections = filter.isEmpty ? Set(AuthorizationDetails.Section.allCases) : Set(filter.map(\.section))
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer {
        Answer(page: try await AuthorizationDetails(call).list(sections, page), partition: call.region.partition)
    }

    private struct EntityFilter: QueryScalar {
        let section: AuthorizationDetails.Section

        init?(queryText text: String) {
            switch IAMEntityType(rawValue: text) {
            case .user: section = .user
            case .group: section = .group
            case .role: section = .role
            case .localManagedPolicy: section = .localPolicy
            case .awsManagedPolicy: section = .awsPolicy
            case nil: return nil
            }
        }
    }

    struct Answer: XMLEncodable {
        let page: Page<AuthorizationDetails.Detail>
        let partition: String

        func write(to xml: inout XMLWriter) {
            for (list, kind) in [("UserDetailList", IAMIdentity.Kind.user), ("GroupDetailList", .group), ("RoleDetailList", .role)] {
                xml.members(list, identities(kind)) { $0.write($1, in: partition) }
            }
            xml.members("Policies", policies) { $0.write($1, in: partition) }
            xml.pageEnd(page)
        }

        private func identities(_ kind: IAMIdentity.Kind) -> [IdentityDetail] {
            page.elements.compactMap { if case .identity(let detail) = $0, detail.identity.kind == kind { detail } else { nil } }
        }

        private var policies: [PolicyDetail] { page.elements.compactMap { if case .policy(let detail) = $0 { detail } else { nil } } }
    }
}

extension XMLWriter {
    /// The members of IAM's types `UserDetail`, `GroupDetail` and `RoleDetail`.
    fileprivate mutating func write(_ detail: IdentityDetail, in partition: String) {
        let (identity, title) = (detail.identity, detail.identity.kind.title)
        element("Path", identity.path)
        element("\(title)Name", identity.name)
        element("\(title)Id", identity.id)
        element("Arn", identity.arn(in: partition).description)
        element("CreateDate", date: identity.createdAt)
        document("AssumeRolePolicyDocument", identity.trust)
        members("\(title)PolicyList", detail.inline) { xml, policy in
            xml.element("PolicyName", policy.name)
            xml.document("PolicyDocument", policy.document)
        }
        attached("AttachedManagedPolicies", detail.attached, in: partition)
        guard identity.kind != .group else { return }
        if identity.kind == .user {
            list("GroupList", detail.groups, item: "member")
        } else {
            members("InstanceProfileList", detail.profiles) { $0.write($1, in: partition) }
        }
        boundary(of: identity, in: partition)
        tagList(detail.tags)
        if identity.kind == .role { lastUse(of: identity) }
    }

    /// The members of IAM's type `ManagedPolicyDetail`.
    fileprivate mutating func write(_ detail: PolicyDetail, in partition: String) {
        listed(detail.policy, in: partition)
        element("Description", detail.policy.description.isEmpty ? nil : detail.policy.description)
        members("PolicyVersionList", detail.versions) { $0.write($1, withDocument: true) }
    }
}
