import API
import Wire

/// One group: its users, and what they may do for it.
struct GroupPage: Page {
    static let path = "groups/{name}"

    private static let usersMax = 100

    private let visit: Visit
    private let group: NamedHolder

    init(_ visit: Visit) throws { (self.visit, group) = (visit, NamedHolder(.groups, visit)) }

    func show() async throws -> View {
        let node = try await group.described()
        var record = Record(title: group.name, crumbs: Holder.groups.crumbs())
        record.facts = [
            ("ARN", .id(node.text("Arn"))), ("Group ID", .id(node.text("GroupId"))), ("Path", .text(node.text("Path"))),
            ("Created", .time(node.text("CreateDate"))),
        ]
        record.links = [("Delete", DeleteHolderPage.place(of: group), true)]
        record.sections = [try await users()] + (try await group.policySections())
        return record.view(in: "users")
    }

    private func users() async throws -> Record.Section {
        try await Record.Section.reading("Users") { section in
            let next = visit.query("next")
            let parameters = [("GroupName", group.name), ("MaxItems", "\(Self.usersMax)")]
            let found = try await visit.iam("GetGroup", parameters + (next.isEmpty ? [] : [("Marker", next)]))
            section.table = Table(label: "Users of the group", columns: ["User", "Path", ""])
            section.empty = "None yet."
            section.table?.rows = found.members("Users").map { user in
                let name = user.text("UserName") ?? ""
                let remove = Act(title: "Remove", what: name, act: "remove", fields: [("member", name)])
                return [.link(name, to: Holder.users.place(of: name)), .text(user.text("Path")), .acts([remove])]
            }
            if let marker = found.marker { section.links = [("Next page", Shown.place(group.href, [("next", marker)]))] }
            let field = Field(name: "user", label: "User to add", value: visit.field("user"), max: 64, isRequired: true)
            section.forms = [Form(title: "Add user", act: "add", fields: [field])]
        }
    }

    func submit() async throws -> Reply {
        if let reply = try await group.obeyShared() { return reply }
        switch visit.act {
        case "add":
            try await visit.iam("AddUserToGroup", [("GroupName", group.name), ("UserName", visit.field("user").trimmed)])
        case "remove": try await visit.iam("RemoveUserFromGroup", [("GroupName", group.name), ("UserName", visit.field("member"))])
        default: throw visit.refusal("MissingParameter", "Say what to do with the group.")
        }
        return visit.done("changed", at: group.href)
    }
}
