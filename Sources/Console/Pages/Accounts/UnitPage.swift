import API

/// The root or one unit: the accounts and units in it, and what limits them.
struct UnitPage: Page {
    static let path = "units/{id}"

    static func place(of id: String) -> String { Shown.place("units", id) }

    private static let unitsMax = 200

    private let visit: Visit
    private let id: String

    init(_ visit: Visit) throws { (self.visit, id) = (visit, visit.parameter("id")) }

    private var isRoot: Bool { id.hasPrefix("r-") }
    private var href: String { Self.place(of: id) }
    private var target: ControlledTarget { ControlledTarget(id: id, href: href, visit: visit) }

    private func described() async throws -> OrganizationAnswer.Root {
        guard !isRoot else {
            let root = try await visit.root()
            guard root.id == id else { throw PageFault.notFound }
            return root
        }
        let found: OrganizationAnswer.Unit = try await visit.organizations("DescribeOrganizationalUnit", ["OrganizationalUnitId": id])
        return found.organizationalUnit
    }

    func show() async throws -> View {
        let unit = try await described()
        var record = Record(title: unit.name, crumbs: AccountsPage.crumbs + [("Units", Shown.place(UnitsPage.path))])
        record.facts = [("ID", .id(unit.id)), ("Kind", .text(isRoot ? "Root" : "Unit"))]
        record.sections = [try await accounts(), try await units(), try await target.section()]
        if !isRoot {
            var section = Record.Section(title: "Delete", about: "Only an empty unit is deleted.")
            section.forms = [Form(title: "Delete unit", act: "delete", fields: [])]
            record.sections.append(section)
        }
        return record.view(in: "accounts")
    }

    private func accounts() async throws -> Record.Section {
        try await Record.Section.reading("Accounts") { section in
            let next = visit.query("next")
            let question = OrganizationQuestion(parentId: id, nextToken: next.isEmpty ? nil : next)
            let found: OrganizationAnswer.Accounts = try await visit.organizations("ListAccountsForParent", question)
            section.table = Table(label: "Accounts in the unit", columns: ["Account", "ID", "Email", "State"])
            section.empty = "None. Move one here on its page."
            section.table?.rows = found.accounts.map {
                [.link($0.name, to: AccountPage.place(of: $0.id)), .id($0.id), .text($0.email), $0.stateCell]
            }
            if let token = found.nextToken { section.links = [("Next page", Shown.place(href, [("next", token)]))] }
        }
    }

    private func units() async throws -> Record.Section {
        try await Record.Section.reading("Units") { section in
            section.table = Table(label: "Units in the unit", columns: ["Unit", "ID"])
            section.empty = "None."
            section.table?.rows = try await visit.units(in: id, max: Self.unitsMax).map {
                [.link($0.name, to: Self.place(of: $0.id)), .id($0.id)]
            }
            let field = Field(name: "name", label: "Name of a new unit", value: visit.field("name"), max: 128, isRequired: true)
            section.forms = [Form(title: "Create unit", act: "create", fields: [field])]
        }
    }

    func submit() async throws -> Reply {
        if let reply = try await target.obey() { return reply }
        switch visit.act {
        case "create":
            let made: OrganizationAnswer.Unit = try await visit.organizations(
                "CreateOrganizationalUnit",
                ["ParentId": id, "Name": visit.field("name").trimmed]
            )
            return visit.done("created", at: Self.place(of: made.organizationalUnit.id))
        case "delete":
            let name = try await described().name
            let asked = Confirmation(
                question: "Delete the unit \(name)?",
                about: "It must be empty: move its accounts first.",
                word: name,
                title: "Delete unit",
                act: "delete",
                back: href,
                section: "accounts"
            )
            if let reply = try await asked.reply(for: visit) { return reply }
            try await visit.organizations("DeleteOrganizationalUnit", with: ["OrganizationalUnitId": id])
            return visit.done("deleted", at: Shown.place(UnitsPage.path))
        default: throw visit.refusal("MissingParameter", "Say what to do with the unit.")
        }
    }
}
