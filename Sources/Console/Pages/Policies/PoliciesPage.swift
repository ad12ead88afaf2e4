import Wire

/// The managed policies: the account's own, and AWS's.
struct PoliciesPage: Page {
    static let path = "policies"
    static var place: String { Shown.place(path) }

    private static let kinds = [("Local", "Of this account"), ("AWS", "Of AWS"), ("All", "All")]

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let kind = Self.kinds.first { $0.0 == visit.query("show") }?.0 ?? "Local"
        var listing = IAMListing(visit, "ListPolicies", "Policies", name: "PolicyName", [("Scope", kind)])
        try await listing.read()
        var table = Table(label: "Policies", columns: ["Policy", "Path", "Attached to", "Default version", "Updated"])
        table.rows = listing.elements.map { policy in
            [
                .link(policy.text("PolicyName") ?? "", to: PolicyPage.place(of: policy.text("Arn") ?? "")), .text(policy.text("Path")),
                .text(policy.text("AttachmentCount")), .text(policy.text("DefaultVersionId")), .time(policy.text("UpdateDate")),
            ]
        }
        var view = listing.view(
            "Policies",
            at: Self.place,
            tab: Self.path,
            table,
            empty: "There is no policy here. A policy says what who has it may do. Make one here, or with:",
            command: "aws iam create-policy --policy-name NAME --policy-document file://policy.json",
            create: ("Create policy", Shown.place(CreatePolicyPage.path))
        )
        view.values["kinds"] = Self.kinds.map { ["value": $0.0, "title": $0.1, "isCurrent": $0.0 == kind] as Values }
        view.values["hasKinds"] = true
        return view
    }
}
