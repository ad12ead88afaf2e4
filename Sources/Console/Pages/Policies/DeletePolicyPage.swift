import API
import Wire

/// Asks before a managed policy goes, by its name.
struct DeletePolicyPage: Page {
    static let path = "policies/{arn}/delete"

    private let visit: Visit
    private let policy: ManagedPolicy

    init(_ visit: Visit) throws { (self.visit, policy) = (visit, ManagedPolicy(visit)) }

    private func confirmation() async throws -> Confirmation {
        let name = try await policy.described().text("PolicyName") ?? ""
        return Confirmation(
            question: "Delete the policy \(name)?",
            about: "What it allows ends at once, and what it denies too.",
            word: name,
            title: "Delete policy",
            act: "delete",
            fields: [
                Field(
                    name: "with",
                    label: "Detach it from who has it, and delete its other versions. Without that, IAM refuses where there are any.",
                    kind: .check,
                    value: visit.field("with")
                )
            ],
            back: PolicyPage.place(of: policy.arn),
            section: "users"
        )
    }

    func show() async throws -> View { try await confirmation().view(for: visit) }

    func submit() async throws -> Reply {
        if let reply = try await confirmation().reply(for: visit) { return reply }
        if visit.field("with") == "on" {
            // As many pages as can have it.
            for _ in 0..<20 {
                let holders = try await policy.holders(from: nil, max: 1000).0
                guard !holders.isEmpty else { break }
                for holder in holders { try await policy.detach(from: holder.kind, holder.name) }
            }
            for version in try await policy.versions() where version.text("IsDefaultVersion") != "true" {
                let id = version.text("VersionId") ?? ""
                try await visit.iam("DeletePolicyVersion", [("PolicyArn", policy.arn), ("VersionId", id)])
            }
        }
        try await visit.iam("DeletePolicy", [("PolicyArn", policy.arn)])
        return visit.done("deleted", at: PoliciesPage.place)
    }
}
