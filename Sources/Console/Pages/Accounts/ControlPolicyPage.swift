import API

/// One service control policy: what it says, and whom it limits.
struct ControlPolicyPage: Page {
    static let path = "control-policies/{id}"

    static func place(of id: String) -> String { Shown.place("control-policies", id) }

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let id = visit.parameter("id")
        let found: OrganizationAnswer.Policy = try await visit.organizations("DescribePolicy", ["PolicyId": id])
        let summary = found.policy.policySummary
        var record = Record(title: summary.name, crumbs: AccountsPage.crumbs)
        record.facts = [
            ("ID", .id(summary.id)), ("ARN", .id(summary.arn)), ("Description", .text(summary.description)),
            ("Managed by", .text(summary.awsManaged ? "AWS" : "Customer")),
        ]
        record.sections = [
            Record.Section(title: "Document", document: JSONLayout.pretty(found.policy.content)), try await targets(of: id),
        ]
        return record.view(in: "accounts")
    }

    private func targets(of id: String) async throws -> Record.Section {
        try await Record.Section.reading("Attached to") { section in
            let next = visit.query("next")
            let question = OrganizationQuestion(policyId: id, nextToken: next.isEmpty ? nil : next)
            let found: OrganizationAnswer.Targets = try await visit.organizations("ListTargetsForPolicy", question)
            section.table = Table(label: "Attached to", columns: ["Name", "ID", "Kind"])
            section.empty = "Nothing."
            section.table?.rows = found.targets.map { target in
                let href = target.type == "ACCOUNT" ? AccountPage.place(of: target.targetId) : UnitPage.place(of: target.targetId)
                return [.link(target.name, to: href), .id(target.targetId), .text(target.type.lowercased().replacing("_", with: " "))]
            }
            if let token = found.nextToken { section.links = [("Next page", Shown.place(Self.place(of: id), [("next", token)]))] }
        }
    }
}
