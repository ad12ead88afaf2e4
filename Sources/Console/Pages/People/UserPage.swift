import API
import Wire

/// One user: what it may do, and what it signs in with.
struct UserPage: Page {
    static let path = "users/{name}"

    private let visit: Visit
    private let user: NamedHolder

    init(_ visit: Visit) throws { (self.visit, user) = (visit, NamedHolder(.users, visit)) }

    func show() async throws -> View {
        let node = try await user.described()
        var record = Record(title: user.name, crumbs: Holder.users.crumbs())
        record.facts = [
            ("ARN", .id(node.text("Arn"))), ("User ID", .id(node.text("UserId"))), ("Path", .text(node.text("Path"))),
            ("Created", .time(node.text("CreateDate"))),
        ]
        if node["PasswordLastUsed"] != nil { record.facts.append(("Password last used", .time(node.text("PasswordLastUsed")))) }
        if let boundary = user.permissionsBoundary(node) { record.facts.append(boundary) }
        record.links = [("Delete", DeleteHolderPage.place(of: user), true)]
        let credentials = UserCredentials(user: user)
        record.sections = try await user.policySections()
        record.sections.append(try await groups())
        record.sections.append(try await credentials.keySection())
        record.sections.append(try await credentials.passwordSection())
        record.sections.append(try await UserSessions(user: user).section())
        record.sections.append(try await user.tagSection())
        return record.view(in: "users")
    }

    private func groups() async throws -> Record.Section {
        try await Record.Section.reading("Groups") { section in
            section.table = Table(label: "Groups of the user", columns: ["Group", "Path", ""])
            section.empty = "None. What a group may do, its users may."
            let found = try await visit.allOfIAM("ListGroupsForUser", [("UserName", user.name)], "Groups")
            section.table?.rows = found.map { group in
                let name = group.text("GroupName") ?? ""
                let leave = Act(title: "Remove", what: name, act: "leave", fields: [("member-of", name)])
                return [.link(name, to: Holder.groups.place(of: name)), .text(group.text("Path")), .acts([leave])]
            }
            let field = Field(name: "group", label: "Group to join", value: visit.field("group"), max: 128, isRequired: true)
            section.forms = [Form(title: "Add to group", act: "join", fields: [field])]
        }
    }

    func submit() async throws -> Reply {
        if let reply = try await user.obeyShared() { return reply }
        if let reply = try await UserCredentials(user: user).obey() { return reply }
        if let reply = try await UserSessions(user: user).obey() { return reply }
        switch visit.act {
        case "join":
            try await visit.iam("AddUserToGroup", [("UserName", user.name), ("GroupName", visit.field("group").trimmed)])
        case "leave": try await visit.iam("RemoveUserFromGroup", [("UserName", user.name), ("GroupName", visit.field("member-of"))])
        default: throw visit.refusal("MissingParameter", "Say what to do with the user.")
        }
        return visit.done("changed", at: user.href)
    }
}
