import API
import Wire

/// One managed policy: what it says, its versions, and who has it.
struct PolicyPage: Page {
    static let path = "policies/{arn}"

    private static let holdersMax = 100

    static let crumbs = [(title: "Policies", href: PoliciesPage.place)]

    static func place(of arn: String) -> String { Shown.place("policies", arn) }

    private let visit: Visit
    private let policy: ManagedPolicy

    init(_ visit: Visit) throws { (self.visit, policy) = (visit, ManagedPolicy(visit)) }

    func show() async throws -> View {
        let node = try await policy.described()
        var record = Record(title: node.text("PolicyName") ?? "", crumbs: Self.crumbs)
        record.facts = [
            ("ARN", .id(policy.arn)), ("Policy ID", .id(node.text("PolicyId"))), ("Path", .text(node.text("Path"))),
            ("Description", .text(node.text("Description"))), ("Created", .time(node.text("CreateDate"))),
            ("Updated", .time(node.text("UpdateDate"))),
        ]
        if let count = node.text("PermissionsBoundaryUsageCount"), count != "0" {
            record.facts.append(("Permissions boundary of", .text(count)))
        }
        if policy.isOwn {
            record.links = [
                ("Edit", Shown.place("policies", policy.arn, "edit"), false),
                ("Delete", Shown.place("policies", policy.arn, "delete"), true),
            ]
        }
        record.sections = [try await document(node), try await versions(), try await holders()]
        if policy.isOwn { record.sections.append(try await tags()) }
        return record.view(in: "users")
    }

    private func document(_ node: XMLNode) async throws -> Record.Section {
        let asked = visit.query("version")
        let version = asked.isEmpty ? node.text("DefaultVersionId") ?? "" : asked
        return try await Record.Section.reading("Document, version \(version)") { section in
            section.document = JSONLayout.pretty(try await policy.document(version))
        }
    }

    private func versions() async throws -> Record.Section {
        try await Record.Section.reading("Versions") { section in
            section.about = "The default version is the one that is in force. There are at most five."
            section.table = Table(label: "Versions", columns: ["Version", "In force", "Created", ""])
            section.table?.rows = try await policy.versions().map { version in
                let id = version.text("VersionId") ?? ""
                let isDefault = version.text("IsDefaultVersion") == "true"
                let acts = [
                    Act(title: "Set as default", what: id, act: "set-default", fields: [("version", id)]),
                    Act(title: "Delete", what: id, act: "delete-version", fields: [("version", id)]),
                ]
                return [
                    .link(id, to: Shown.place(Self.place(of: policy.arn), [("version", id)])), .text(isDefault ? "Default" : nil),
                    .time(version.text("CreateDate")), .acts(isDefault || !policy.isOwn ? [] : acts),
                ]
            }
        }
    }

    private func holders() async throws -> Record.Section {
        try await Record.Section.reading("Who has it") { section in
            section.table = Table(label: "Who has the policy", columns: ["Name", "Kind", ""])
            section.empty = "Nobody. Attach it on the page of a user, a group or a role."
            let next = visit.query("next")
            let (holders, marker) = try await policy.holders(from: next.isEmpty ? nil : next, max: Self.holdersMax)
            section.table?.rows = holders.map { kind, name in
                let detach = Act(title: "Detach", what: name, act: "detach", fields: [("holders", kind.rawValue), ("name", name)])
                return [.link(name, to: kind.place(of: name)), .text(kind.title), .acts([detach])]
            }
            if let marker { section.links = [("Next page", Shown.place(Self.place(of: policy.arn), [("next", marker)]))] }
        }
    }

    private func tags() async throws -> Record.Section {
        try await Record.Section.reading("Tags") { section in
            section.table = Table(label: "Tags", columns: ["Key", "Value"])
            section.empty = "None."
            section.table?.rows = try await visit.allOfIAM("ListPolicyTags", [("PolicyArn", policy.arn)], "Tags").map {
                [.text($0.text("Key")), .text($0.text("Value"))]
            }
        }
    }

    func submit() async throws -> Reply {
        let version = visit.field("version")
        switch visit.act {
        case "set-default":
            try await visit.iam("SetDefaultPolicyVersion", [("PolicyArn", policy.arn), ("VersionId", version)])
        case "delete-version":
            let asked = Confirmation(
                question: "Delete the version \(version)?",
                about: "Its document is gone then. What is in force stays.",
                word: version,
                title: "Delete version",
                act: "delete-version",
                hidden: [("version", version)],
                back: Self.place(of: policy.arn),
                section: "users"
            )
            if let reply = try await asked.reply(for: visit) { return reply }
            try await visit.iam("DeletePolicyVersion", [("PolicyArn", policy.arn), ("VersionId", version)])
        case "detach":
            guard let kind = Holder(rawValue: visit.field("holders")) else { throw PageFault.notFound }
            try await policy.detach(from: kind, visit.field("name"))
        default: throw visit.refusal("MissingParameter", "Say what to do with the policy.")
        }
        return visit.done("changed", at: Self.place(of: policy.arn))
    }
}

/// A managed policy by the ARN in the path of a page.
struct ManagedPolicy: Sendable {
    let visit: Visit

    init(_ visit: Visit) { self.visit = visit }

    var arn: String { visit.parameter("arn") }
    /// Whether it is the account's, and not AWS's.
    var isOwn: Bool { arn.contains(":iam::\(visit.account):") }

    func described() async throws -> XMLNode {
        guard let node = try await visit.iam("GetPolicy", [("PolicyArn", arn)])["Policy"] else { throw PageFault.notFound }
        return node
    }

    func document(_ version: String) async throws -> String {
        let found = try await visit.iam("GetPolicyVersion", [("PolicyArn", arn), ("VersionId", version)])
        return found["PolicyVersion"]?.document("Document") ?? ""
    }

    func versions() async throws -> [XMLNode] { try await visit.allOfIAM("ListPolicyVersions", [("PolicyArn", arn)], "Versions") }

    /// A page of who has it, and what leads to the next.
    func holders(from marker: String?, max: Int) async throws -> ([(kind: Holder, name: String)], String?) {
        let page =
            [("PolicyArn", arn), ("PolicyUsageFilter", "PermissionsPolicy"), ("MaxItems", "\(max)")]
            + (marker.map { [("Marker", $0)] } ?? [])
        let found = try await visit.iam("ListEntitiesForPolicy", page)
        let holders = Holder.allCases.flatMap { kind in
            found.members("Policy\(kind.title)s").map { (kind: kind, name: $0.text("\(kind.title)Name") ?? "") }
        }
        return (holders, found.marker)
    }

    func detach(from kind: Holder, _ name: String) async throws {
        try await visit.iam("Detach\(kind.title)Policy", [(kind.nameParameter, name), ("PolicyArn", arn)])
    }
}
