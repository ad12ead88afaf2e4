import API
import Wire

/// The editor of a policy that is of one user, group or role alone.
struct InlinePolicyPage: Page {
    static let path = "{holders}/{name}/policies/{policy}"

    static func place(of holder: NamedHolder, _ policy: String) -> String {
        Shown.place(holder.kind.rawValue, holder.name, "policies", policy)
    }

    private let visit: Visit
    private let holder: NamedHolder

    init(_ visit: Visit) throws { (self.visit, holder) = (visit, try NamedHolder(visit)) }

    private var policy: String { visit.parameter("policy") }

    func show() async throws -> View { try await view(simulating: false) }

    private func view(simulating: Bool) async throws -> View {
        let document = try await holder.inline(policy)
        let editor = try await holder.editor(of: JSONLayout.pretty(document))
        return try await editor.view(
            policy,
            crumbs: holder.kind.crumbs(to: holder.name),
            save: "Save",
            cancel: holder.href,
            simulating: simulating
        )
    }

    func submit() async throws -> Reply {
        if visit.act == "simulate" { return try await visit.console.render(view(simulating: true), visit) }
        // What is not there is not made here: another may have deleted it meanwhile.
        _ = try await holder.inline(policy)
        try await holder.put(visit.document("document"), as: policy)
        return visit.done("changed", at: holder.href)
    }
}

/// The same for one that is not there yet.
struct CreateInlinePolicyPage: Page {
    static let path = "{holders}/{name}/create-policy"

    private let visit: Visit
    private let holder: NamedHolder

    init(_ visit: Visit) throws { (self.visit, holder) = (visit, try NamedHolder(visit)) }

    func show() async throws -> View { try await view(simulating: false) }

    private func view(simulating: Bool) async throws -> View {
        let name = Field(name: "name", label: "Policy name", value: visit.field("name"), max: 128, isRequired: true)
        return try await holder.editor(of: PolicyEditor.begin).view(
            "Create inline policy",
            crumbs: holder.kind.crumbs(to: holder.name),
            fields: [name],
            save: "Create policy",
            cancel: holder.href,
            simulating: simulating
        )
    }

    func submit() async throws -> Reply {
        if visit.act == "simulate" { return try await visit.console.render(view(simulating: true), visit) }
        let name = visit.field("name").trimmed
        guard try await !holder.inline().contains(name) else {
            throw visit.refusal("EntityAlreadyExists", "The \(holder.kind.noun) has an inline policy \(name). Edit that one.")
        }
        try await holder.put(visit.document("document"), as: name)
        return visit.done("created", at: holder.href)
    }
}

extension NamedHolder {
    fileprivate func editor(of document: String) async throws -> PolicyEditor {
        let node = try await described()
        return PolicyEditor(visit: visit, document: document, holder: node.text("Arn").map { (name, $0) })
    }
}
