import API
import HTTPTypes
import Wire

/// The editor of who may take on a role.
struct TrustPolicyPage: Page {
    static let path = "roles/{name}/trust"

    private let visit: Visit
    private let role: NamedHolder

    init(_ visit: Visit) throws { (self.visit, role) = (visit, NamedHolder(.roles, visit)) }

    func show() async throws -> View {
        let node = try await role.described()
        let isSent = visit.request.method == .post
        let document = isSent ? visit.document("document") : JSONLayout.pretty(node.document("AssumeRolePolicyDocument") ?? "")
        let field = Field(name: "document", label: "Policy document", kind: .area(22), value: document, isRequired: true)
        var view = View(
            title: "Trust policy",
            template: "create",
            values: [
                "crumbs": Holder.roles.crumbs(to: role.name).map { ["title": $0.title, "href": $0.href] as Values },
                "form": Form(title: "Save", act: "save", fields: [field], cancel: role.href, isCard: true).values,
            ]
        )
        view.section = "users"
        return view
    }

    func submit() async throws -> Reply {
        try await visit.iam("UpdateAssumeRolePolicy", [("RoleName", role.name), ("PolicyDocument", visit.document("document"))])
        return visit.done("changed", at: role.href)
    }
}
