import API
import Wire

/// What a user signs in and signs with: access keys and a password.
struct UserCredentials: Sendable {
    let user: NamedHolder

    private var visit: Visit { user.visit }
    private var parameter: (String, String) { ("UserName", user.name) }

    func keySection() async throws -> Record.Section {
        try await Record.Section.reading("Access keys") { section in
            section.table = Table(label: "Access keys", columns: ["Access key ID", "Status", "Created", "Last used", ""])
            section.empty = "None. With an access key, programs sign what the user asks for."
            for key in try await visit.iam("ListAccessKeys", [parameter]).members("AccessKeyMetadata") {
                section.table?.rows.append(try await row(key))
            }
            section.forms = [Form(title: "Create access key", act: "create-key", fields: [])]
        }
    }

    private func row(_ key: XMLNode) async throws -> [Cell] {
        let id = key.text("AccessKeyId") ?? ""
        let isActive = key.text("Status") == "Active"
        let acts = [
            Act(
                title: isActive ? "Deactivate" : "Activate",
                what: id,
                act: isActive ? "deactivate-key" : "activate-key",
                fields: [("key", id)]
            ), Act(title: "Delete", what: id, act: "delete-key", fields: [("key", id)]),
        ]
        return [
            .id(id), .state(isActive ? "active" : "inactive"), .time(key.text("CreateDate")), try await lastUse(of: id), .acts(acts),
        ]
    }

    private func lastUse(of key: String) async throws -> Cell {
        do {
            let used = try await visit.iam("GetAccessKeyLastUsed", [("AccessKeyId", key)])["AccessKeyLastUsed"]
            return used?["LastUsedDate"] == nil ? .text("never") : .time(used?.text("LastUsedDate"))
        } catch let refusal as CallRefusal where refusal.status == 403 {
            return .text(nil)
        }
    }

    func passwordSection() async throws -> Record.Section {
        try await Record.Section.reading("Password") { section in
            let profile = try await profile()
            section.about =
                switch profile?.text("PasswordResetRequired") {
                case nil: "None: the user cannot sign in here with a password."
                case "true": "There is one. The user must set another at the next sign-in."
                default: "There is one."
                }
            let reset = Field(
                name: "must-change",
                label: "Must set another at the next sign-in",
                kind: .check,
                value: visit.act == "set-password" ? visit.field("must-change") : "on"
            )
            section.forms = [
                Form(
                    title: profile == nil ? "Set password" : "Change password",
                    act: "set-password",
                    fields: [
                        Field(name: "new-password", label: "New password", kind: .password, max: 128, isRequired: true),
                        reset,
                    ],
                    hidden: [("has-password", profile == nil ? "no" : "yes")]
                )
            ]
            if profile != nil { section.forms.append(Form(title: "Remove password", act: "remove-password", fields: [])) }
        }
    }

    /// Nil for a user without a password.
    private func profile() async throws -> XMLNode? {
        do {
            return try await visit.iam("GetLoginProfile", [parameter])["LoginProfile"]
        } catch let refusal as CallRefusal where refusal.code == "NoSuchEntity" {
            return nil
        }
    }

    /// - Returns: nil for what is about no credentials.
    func obey() async throws -> Reply? {
        let key = visit.field("key")
        switch visit.act {
        case "create-key": return try await createKey()
        case "activate-key": try await setStatus(of: key, "Active")
        case "deactivate-key": try await setStatus(of: key, "Inactive")
        case "delete-key":
            let about = "What is signed with it is refused from then on. Deactivate it first if you are not sure."
            let fields = [("key", key)]
            if let reply = try await confirmation("Delete the access key \(key)?", about, key, "Delete key", fields).reply(for: visit) {
                return reply
            }
            try await visit.iam("DeleteAccessKey", [parameter, ("AccessKeyId", key)])
        case "set-password":
            let action = visit.field("has-password") == "yes" ? "UpdateLoginProfile" : "CreateLoginProfile"
            let mustChange = visit.field("must-change") == "on" ? "true" : "false"
            let password = ("Password", visit.field("new-password"))
            try await visit.iam(action, [parameter, password, ("PasswordResetRequired", mustChange)])
        case "remove-password":
            let about = "The user cannot sign in with it any more, and sessions that were begun with it end. Access keys stay."
            let asked = confirmation("Remove the password of \(user.name)?", about, user.name, "Remove password")
            if let reply = try await asked.reply(for: visit) { return reply }
            try await visit.iam("DeleteLoginProfile", [parameter])
        default: return nil
        }
        return visit.done("changed", at: user.href)
    }

    private func confirmation(_ question: String, _ about: String, _ word: String, _ title: String, _ hidden: [(String, String)] = [])
        -> Confirmation
    {
        Confirmation(
            question: question,
            about: about,
            word: word,
            title: title,
            act: visit.act,
            hidden: hidden,
            back: user.href,
            section: "users"
        )
    }

    private func setStatus(of key: String, _ status: String) async throws {
        try await visit.iam("UpdateAccessKey", [parameter, ("AccessKeyId", key), ("Status", status)])
    }

    private func createKey() async throws -> Reply {
        let key = try await visit.iam("CreateAccessKey", [parameter])["AccessKey"]
        let facts: [(String, Cell)] = [
            ("User", .text(user.name)), ("Access key ID", .id(key?.text("AccessKeyId"))),
            ("Secret access key", .id(key?.text("SecretAccessKey"))),
        ]
        let crumbs = Holder.users.crumbs(to: user.name)
        let view = SecretView(title: "A new access key", crumbs: crumbs, facts: facts, back: user.href).view(in: "users")
        return try await visit.console.render(view, visit)
    }
}
