import Wire

/// What has policies: users, groups and roles. IAM has the same actions for each, which differ in names alone.
enum Holder: String, CaseIterable, Sendable {
    case users, groups, roles

    /// As in the names of actions and parameters: `User`.
    var title: String {
        switch self {
        case .users: "User"
        case .groups: "Group"
        case .roles: "Role"
        }
    }

    var noun: String { title.lowercased() }
    var listTitle: String { "\(title)s" }
    var nameParameter: String { "\(title)Name" }
    var place: String { Shown.place(rawValue) }

    func place(of name: String) -> String { Shown.place(rawValue, name) }

    func crumbs(to name: String? = nil) -> [(title: String, href: String)] {
        [(listTitle, place)] + (name.map { [($0, place(of: $0))] } ?? [])
    }

    /// The parts of the section *Users* of the navigation.
    static func tabs(_ current: String) -> [Values] {
        let all = Holder.allCases.map { ($0.listTitle, $0.place, $0.rawValue) } + [("Policies", PoliciesPage.place, PoliciesPage.path)]
        return all.map { ["title": $0.0, "href": $0.1, "isCurrent": $0.2 == current] as Values }
    }
}

/// One of them, by the path of a page: `{holders}/{name}`.
struct NamedHolder: Sendable {
    let kind: Holder
    let name: String
    let visit: Visit

    /// - Throws: `PageFault` for what has no policies.
    init(_ visit: Visit) throws {
        guard let kind = Holder(rawValue: visit.parameter("holders")) else { throw PageFault.notFound }
        self.init(kind, visit)
    }

    init(_ kind: Holder, _ visit: Visit) { (self.kind, name, self.visit) = (kind, visit.parameter("name"), visit) }

    var href: String { kind.place(of: name) }

    private var parameter: (String, String) { (kind.nameParameter, name) }

    /// What IAM tells of it.
    func described() async throws -> XMLNode {
        let found = try await visit.iam("Get\(kind.title)", [parameter] + (kind == .groups ? [("MaxItems", "1")] : []))
        guard let node = found[kind.title] else { throw PageFault.notFound }
        return node
    }

    // Its policies.

    func attached() async throws -> [(name: String, arn: String)] {
        try await visit.allOfIAM("ListAttached\(kind.title)Policies", [parameter], "AttachedPolicies").map {
            ($0.text("PolicyName") ?? "", $0.text("PolicyArn") ?? "")
        }
    }

    func attach(_ arn: String) async throws { try await visit.iam("Attach\(kind.title)Policy", [parameter, ("PolicyArn", arn)]) }

    func detach(_ arn: String) async throws { try await visit.iam("Detach\(kind.title)Policy", [parameter, ("PolicyArn", arn)]) }

    func inline() async throws -> [String] {
        try await visit.allOfIAM("List\(kind.title)Policies", [parameter], "PolicyNames").map(\.text)
    }

    func inline(_ policy: String) async throws -> String {
        try await visit.iam("Get\(kind.title)Policy", [parameter, ("PolicyName", policy)]).document("PolicyDocument") ?? ""
    }

    func put(_ document: String, as policy: String) async throws {
        try await visit.iam("Put\(kind.title)Policy", [parameter, ("PolicyName", policy), ("PolicyDocument", document)])
    }

    func deleteInline(_ policy: String) async throws {
        try await visit.iam("Delete\(kind.title)Policy", [parameter, ("PolicyName", policy)])
    }

    // Its tags: of users and roles.

    func tags() async throws -> [(key: String, value: String)] {
        try await visit.allOfIAM("List\(kind.title)Tags", [parameter], "Tags").map { ($0.text("Key") ?? "", $0.text("Value") ?? "") }
    }

    func tag(_ key: String, _ value: String) async throws {
        try await visit.iam("Tag\(kind.title)", [parameter, ("Tags.member.1.Key", key), ("Tags.member.1.Value", value)])
    }

    func untag(_ key: String) async throws { try await visit.iam("Untag\(kind.title)", [parameter, ("TagKeys.member.1", key)]) }
}
