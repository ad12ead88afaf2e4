import API

/// One account: where it stands, and what limits it.
struct AccountPage: Page {
    static let path = "accounts/{id}"

    static func place(of id: String) -> String { Shown.place("accounts", id) }

    private let visit: Visit
    private let id: String

    init(_ visit: Visit) throws { (self.visit, id) = (visit, visit.parameter("id")) }

    private var target: ControlledTarget { ControlledTarget(id: id, href: Self.place(of: id), visit: visit) }

    func show() async throws -> View {
        let account = try await visit.organizationAccount(id)
        var record = Record(title: account.name, crumbs: AccountsPage.crumbs)
        record.facts = [
            ("Account ID", .id(account.id)), ("ARN", .id(account.arn)), ("Email", .text(account.email)), ("State", account.stateCell),
            ("Joined", .seconds(account.joinedTimestamp)),
        ]
        if account.state == "ACTIVE" {
            record.links = [
                ("Switch to it", Shown.place(Shown.place(SwitchRolePage.path), [("account", id), ("role", Self.accessRole)]), false),
                ("Close account", Shown.place("accounts", id, "close"), true),
            ]
        }
        record.sections = [try await place(), try await target.section()]
        if account.state == "ACTIVE" { record.sections.append(rootKey) }
        return record.view(in: "accounts")
    }

    /// The role that an account is created with, as Organizations calls it.
    private static let accessRole = "OrganizationAccountAccessRole"

    private func place() async throws -> Record.Section {
        try await Record.Section.reading("Unit") { section in
            let found: OrganizationAnswer.Parents = try await visit.organizations("ListParents", ["ChildId": id])
            section.table = Table(label: "Unit", columns: ["ID", "Kind"])
            section.table?.rows = found.parents.map {
                [.link($0.id, to: UnitPage.place(of: $0.id)), .text($0.type == "ROOT" ? "Root" : "Unit")]
            }
            let field = Field(
                name: "parent",
                label: "Move to",
                value: visit.field("parent"),
                hint: "The ID of a unit, ou-…, or of the root, r-…",
                max: 100,
                isRequired: true
            )
            let hidden = [("from", found.parents.first?.id ?? "")]
            section.forms = [Form(title: "Move account", act: "move", fields: [field], hidden: hidden)]
        }
    }

    private var rootKey: Record.Section {
        var section = Record.Section(title: "Root user")
        section.about = "With an access key of its root user, somebody can begin in an account that has no user yet."
        section.forms = [Form(title: "Create root access key", act: "root-key", fields: [])]
        return section
    }

    func submit() async throws -> Reply {
        if let reply = try await target.obey() { return reply }
        switch visit.act {
        case "move":
            let members = [
                "AccountId": id, "SourceParentId": visit.field("from"), "DestinationParentId": visit.field("parent").trimmed,
            ]
            try await visit.organizations("MoveAccount", with: members)
            return visit.done("changed", at: Self.place(of: id))
        case "root-key":
            let key: OrganizationAnswer.RootKey = try await visit.ferry("CreateRootAccessKey", ["AccountId": id])
            let facts: [(String, Cell)] = [
                ("Account ID", .text(id)), ("Access key ID", .id(key.accessKeyId)), ("Secret access key", .id(key.secretAccessKey)),
            ]
            let view = SecretView(title: "A new root access key", crumbs: AccountsPage.crumbs, facts: facts, back: Self.place(of: id))
            return try await visit.console.render(view.view(in: "accounts"), visit)
        default: throw visit.refusal("MissingParameter", "Say what to do with the account.")
        }
    }
}
