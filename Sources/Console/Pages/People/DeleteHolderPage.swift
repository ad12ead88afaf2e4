import API
import Wire

/// Asks before a user, a group or a role goes, by its name.
struct DeleteHolderPage: Page {
    static let path = "{holders}/{name}/delete"

    static func place(of holder: NamedHolder) -> String { Shown.place(holder.kind.rawValue, holder.name, "delete") }

    private let visit: Visit
    private let holder: NamedHolder

    init(_ visit: Visit) throws { (self.visit, holder) = (visit, try NamedHolder(visit)) }

    private var confirmation: Confirmation {
        let about =
            switch holder.kind {
            case .users: "Its keys sign nothing any more, its password signs nobody in, and its sessions end."
            case .groups: "Its users stay, without what the group lets them do."
            case .roles: "Its sessions end, and nobody can take it on any more."
            }
        return Confirmation(
            question: "Delete the \(holder.kind.noun) \(holder.name)?",
            about: about,
            word: holder.name,
            title: "Delete \(holder.kind.noun)",
            act: "delete",
            fields: [
                Field(
                    name: "with",
                    label: "Delete what belongs to it as well. Without that, IAM refuses to delete what still has something.",
                    kind: .check,
                    value: visit.field("with")
                )
            ],
            back: holder.href,
            section: "users"
        )
    }

    func show() async throws -> View {
        _ = try await holder.described()
        return confirmation.view(for: visit)
    }

    func submit() async throws -> Reply {
        if let reply = try await confirmation.reply(for: visit) { return reply }
        if visit.field("with") == "on" { try await strip() }
        try await visit.iam("Delete\(holder.kind.title)", [(holder.kind.nameParameter, holder.name)])
        return visit.done("deleted", at: holder.kind.place)
    }

    /// Takes away what IAM wants gone first.
    private func strip() async throws {
        for policy in try await holder.attached() { try await holder.detach(policy.arn) }
        for policy in try await holder.inline() { try await holder.deleteInline(policy) }
        switch holder.kind {
        case .users: try await stripUser()
        case .groups:
            for user in try await visit.allOfIAM("GetGroup", [("GroupName", holder.name)], "Users", max: 10_000) {
                try await visit.iam("RemoveUserFromGroup", [("GroupName", holder.name), ("UserName", user.text("UserName") ?? "")])
            }
        case .roles:
            for profile in try await visit.allOfIAM("ListInstanceProfilesForRole", [("RoleName", holder.name)], "InstanceProfiles") {
                let name = profile.text("InstanceProfileName") ?? ""
                try await visit.iam("RemoveRoleFromInstanceProfile", [("InstanceProfileName", name), ("RoleName", holder.name)])
            }
        }
    }

    private func stripUser() async throws {
        let user = ("UserName", holder.name)
        for group in try await visit.allOfIAM("ListGroupsForUser", [user], "Groups") {
            try await visit.iam("RemoveUserFromGroup", [user, ("GroupName", group.text("GroupName") ?? "")])
        }
        for key in try await visit.iam("ListAccessKeys", [user]).members("AccessKeyMetadata") {
            try await visit.iam("DeleteAccessKey", [user, ("AccessKeyId", key.text("AccessKeyId") ?? "")])
        }
        for certificate in try await visit.iam("ListSigningCertificates", [user]).members("Certificates") {
            try await visit.iam("DeleteSigningCertificate", [user, ("CertificateId", certificate.text("CertificateId") ?? "")])
        }
        do {
            try await visit.iam("DeleteLoginProfile", [user])
        } catch let refusal as CallRefusal where refusal.code == "NoSuchEntity" {
            // It had no password.
        }
    }
}
