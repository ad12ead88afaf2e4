import API
import Wire

/// The sections that the pages of users, groups and roles share, and what their forms do.
extension NamedHolder {
    private static let suggestionsMax = 100

    func policySections() async throws -> [Record.Section] {
        let managed = try await Record.Section.reading("Attached policies") { section in
            section.table = Table(label: "Attached policies", columns: ["Policy", "ARN", ""])
            section.empty = "None. Without a policy, nothing is allowed."
            section.table?.rows = try await attached().map { policy in
                let detach = Act(title: "Detach", what: policy.name, act: "detach", fields: [("policy", policy.arn)])
                return [.link(policy.name, to: PolicyPage.place(of: policy.arn)), .id(policy.arn), .acts([detach])]
            }
            let field = Field(
                name: "attach",
                label: "Policy to attach",
                value: visit.field("attach"),
                hint: "The ARN of a policy, or the name of one of this account.",
                max: 2048,
                isRequired: true,
                suggestions: try await suggestions()
            )
            section.forms = [Form(title: "Attach policy", act: "attach", fields: [field])]
        }
        let inline = try await Record.Section.reading("Inline policies") { section in
            section.table = Table(label: "Inline policies", columns: ["Policy", ""])
            section.empty = "None."
            section.table?.rows = try await self.inline().map { policy in
                let delete = Act(title: "Delete", what: policy, act: "delete-inline", fields: [("policy", policy)])
                return [.link(policy, to: InlinePolicyPage.place(of: self, policy)), .acts([delete])]
            }
            section.links = [("Create inline policy", Shown.place(kind.rawValue, name, "create-policy"))]
        }
        return [managed, inline]
    }

    /// Policies by their ARNs, for who does not know one by heart; none for who may not list them.
    private func suggestions() async throws -> [String] {
        var arns: [String] = []
        for scope in ["Local", "AWS"] {
            do {
                let found = try await visit.iam("ListPolicies", [("Scope", scope), ("MaxItems", "\(Self.suggestionsMax)")])
                arns += found.members("Policies").compactMap { $0.text("Arn") }
            } catch is CallRefusal {
                continue
            }
        }
        return arns
    }

    func tagSection() async throws -> Record.Section {
        try await Record.Section.reading("Tags") { section in
            section.table = Table(label: "Tags", columns: ["Key", "Value", ""])
            section.empty = "None."
            section.table?.rows = try await tags().map { tag in
                let remove = Act(title: "Remove", what: tag.key, act: "untag", fields: [("key", tag.key)])
                return [.text(tag.key), .text(tag.value), .acts([remove])]
            }
            section.forms = [
                Form(
                    title: "Add tag",
                    act: "tag",
                    fields: [
                        Field(name: "tag-key", label: "Key", value: visit.field("tag-key"), max: 128, isRequired: true),
                        Field(name: "tag-value", label: "Value", value: visit.field("tag-value"), max: 256),
                    ]
                )
            ]
        }
    }

    /// Does what a form of these sections says.
    ///
    /// - Returns: nil for what is none of theirs.
    func obeyShared() async throws -> Reply? {
        switch visit.act {
        case "attach": try await attach(visit.policyARN(visit.field("attach")))
        case "detach": try await detach(visit.field("policy"))
        case "tag": try await tag(visit.field("tag-key"), visit.field("tag-value"))
        case "untag": try await untag(visit.field("key"))
        case "delete-inline":
            let policy = visit.field("policy")
            let asked = Confirmation(
                question: "Delete the inline policy \(policy)?",
                about: "What it allows the \(kind.noun) \(name) ends at once, and what it denies too.",
                word: policy,
                title: "Delete policy",
                act: "delete-inline",
                hidden: [("policy", policy)],
                back: href,
                section: "users"
            )
            if let reply = try await asked.reply(for: visit) { return reply }
            try await deleteInline(policy)
        default: return nil
        }
        return visit.done("changed", at: href)
    }

    func permissionsBoundary(_ node: XMLNode) -> (name: String, cell: Cell)? {
        guard let arn = node["PermissionsBoundary"]?.text("PermissionsBoundaryArn") else { return nil }
        return ("Permissions boundary", .link(arn, to: PolicyPage.place(of: arn)))
    }
}
