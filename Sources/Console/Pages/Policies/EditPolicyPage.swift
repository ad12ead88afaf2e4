import API
import HTTPTypes
import Wire

/// The editor of a managed policy: what is saved is a new version.
struct EditPolicyPage: Page {
    static let path = "policies/{arn}/edit"

    private let visit: Visit
    private let policy: ManagedPolicy

    init(_ visit: Visit) throws { (self.visit, policy) = (visit, ManagedPolicy(visit)) }

    func show() async throws -> View { try await view(simulating: false) }

    private func view(simulating: Bool) async throws -> View {
        let node = try await policy.described()
        let name = node.text("PolicyName") ?? ""
        let document = try await policy.document(node.text("DefaultVersionId") ?? "")
        let isDefault = Field(
            name: "default",
            label: "Set as the default version, which is in force",
            kind: .check,
            value: visit.request.method == .post ? visit.field("default") : "on"
        )
        return try await PolicyEditor(visit: visit, document: JSONLayout.pretty(document)).view(
            "Edit \(name)",
            crumbs: PolicyPage.crumbs + [(title: name, href: PolicyPage.place(of: policy.arn))],
            checks: [isDefault],
            save: "Save as a new version",
            cancel: PolicyPage.place(of: policy.arn),
            simulating: simulating
        )
    }

    func submit() async throws -> Reply {
        if visit.act == "simulate" { return try await visit.console.render(view(simulating: true), visit) }
        let isDefault = visit.field("default") == "on" ? "true" : "false"
        let document = ("PolicyDocument", visit.document("document"))
        try await visit.iam("CreatePolicyVersion", [("PolicyArn", policy.arn), document, ("SetAsDefault", isDefault)])
        return visit.done("changed", at: PolicyPage.place(of: policy.arn))
    }
}

/// The editor of a managed policy that is not there yet.
struct CreatePolicyPage: Page {
    static let path = "create-policy"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View { try await view(simulating: false) }

    private func view(simulating: Bool) async throws -> View {
        try await PolicyEditor(visit: visit, document: PolicyEditor.begin).view(
            "Create policy",
            crumbs: PolicyPage.crumbs,
            fields: [
                Field(name: "name", label: "Policy name", value: visit.field("name"), max: 128, isRequired: true),
                Field(name: "description", label: "Description", value: visit.field("description"), max: 1000),
            ],
            save: "Create policy",
            cancel: PoliciesPage.place,
            simulating: simulating
        )
    }

    func submit() async throws -> Reply {
        if visit.act == "simulate" { return try await visit.console.render(view(simulating: true), visit) }
        var parameters = [("PolicyName", visit.field("name").trimmed), ("PolicyDocument", visit.document("document"))]
        let description = visit.field("description")
        if !description.isEmpty { parameters.append(("Description", description)) }
        let arn = try await visit.iam("CreatePolicy", parameters)["Policy"]?.text("Arn") ?? ""
        return visit.done("created", at: PolicyPage.place(of: arn))
    }
}
