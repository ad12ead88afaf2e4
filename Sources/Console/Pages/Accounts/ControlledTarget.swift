import API

/// A root, a unit or an account, as service control policies are attached to it: the section and the forms that its page has.
struct ControlledTarget: Sendable {
    let id: String
    let href: String
    let visit: Visit

    func section() async throws -> Record.Section {
        try await Record.Section.reading("Service control policies") { section in
            section.about =
                "What they leave out or deny, nobody in the account may do, its root user neither. Those of the units above count as well."
            section.table = Table(label: "Service control policies", columns: ["Policy", "ID", "Description", ""])
            section.empty = "None."
            section.table?.rows = try await visit.controlPolicies(of: id).map { policy in
                let detach = Act(title: "Detach", what: policy.name, act: "detach-control", fields: [("policy", policy.id)])
                return [
                    .link(policy.name, to: ControlPolicyPage.place(of: policy.id)), .id(policy.id), .text(policy.description),
                    .acts([detach]),
                ]
            }
            let policies = try await visit.controlPolicies().map { (value: $0.id, title: "\($0.name) (\($0.id))") }
            let field = Field(name: "control", label: "Policy to attach", kind: .choice(policies), value: visit.field("control"))
            section.forms = [Form(title: "Attach policy", act: "attach-control", fields: [field])]
        }
    }

    /// - Returns: nil for what is about no policy.
    func obey() async throws -> Reply? {
        switch visit.act {
        case "attach-control":
            try await visit.organizations("AttachPolicy", with: ["PolicyId": visit.field("control"), "TargetId": id])
        case "detach-control":
            try await visit.organizations("DetachPolicy", with: ["PolicyId": visit.field("policy"), "TargetId": id])
        default: return nil
        }
        return visit.done("changed", at: href)
    }
}
