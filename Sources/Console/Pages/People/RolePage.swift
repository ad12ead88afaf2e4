import API
import Foundation
import Wire

/// One role: who may take it on, and what it may do then.
struct RolePage: Page {
    static let path = "roles/{name}"

    /// As AWS's console calls the policy that ends sessions.
    private static let revocation = "AWSRevokeOlderSessions"
    private static let hours = [1, 2, 4, 8, 12]

    private let visit: Visit
    private let role: NamedHolder

    init(_ visit: Visit) throws { (self.visit, role) = (visit, NamedHolder(.roles, visit)) }

    func show() async throws -> View {
        let node = try await role.described()
        var record = Record(title: role.name, crumbs: Holder.roles.crumbs())
        record.facts = [
            ("ARN", .id(node.text("Arn"))), ("Role ID", .id(node.text("RoleId"))), ("Path", .text(node.text("Path"))),
            ("Description", .text(node.text("Description"))), ("Created", .time(node.text("CreateDate"))),
        ]
        if let boundary = role.permissionsBoundary(node) { record.facts.append(boundary) }
        let name = (node.text("Path") ?? "/").dropFirst() + role.name
        record.links = [
            ("Switch to this role", SwitchRolePage.place(to: String(name), of: visit.account), false),
            ("Delete", DeleteHolderPage.place(of: role), true),
        ]
        record.sections = [trust(node)] + (try await role.policySections())
        record.sections.append(sessions(node))
        record.sections.append(try await profiles())
        record.sections.append(try await role.tagSection())
        return record.view(in: "users")
    }

    private func trust(_ node: XMLNode) -> Record.Section {
        var section = Record.Section(title: "Trust policy", about: "Who may take on the role.")
        section.document = JSONLayout.pretty(node.document("AssumeRolePolicyDocument") ?? "")
        section.links = [("Edit trust policy", Shown.place("roles", role.name, "trust"))]
        return section
    }

    private func sessions(_ node: XMLNode) -> Record.Section {
        let used = Shown.time(node["RoleLastUsed"]?.text("LastUsedDate"))?["text"] as? String
        let seconds = node.text("MaxSessionDuration").flatMap { Int($0) } ?? 3600
        var hours = Self.hours.map { (value: "\($0 * 3600)", title: "\($0) h") }
        if !hours.contains(where: { $0.value == "\(seconds)" }) { hours.append((value: "\(seconds)", title: "\(seconds) s")) }
        var section = Record.Section(title: "Sessions")
        section.about = used.map { "Last used \($0)." } ?? "The role was never used."
        section.forms = [
            Form(
                title: "Change duration",
                act: "duration",
                fields: [
                    Field(name: "seconds", label: "A session lasts at most", kind: .choice(hours), value: "\(seconds)")
                ]
            ), Form(title: "Revoke active sessions", act: "revoke", fields: []),
        ]
        return section
    }

    private func profiles() async throws -> Record.Section {
        try await Record.Section.reading("Instance profiles") { section in
            section.table = Table(label: "Instance profiles", columns: ["Instance profile", "ARN", "Created"])
            section.empty = "None. With one, what runs on an instance has the role."
            let found = try await visit.allOfIAM("ListInstanceProfilesForRole", [("RoleName", role.name)], "InstanceProfiles")
            section.table?.rows = found.map {
                [.text($0.text("InstanceProfileName")), .id($0.text("Arn")), .time($0.text("CreateDate"))]
            }
        }
    }

    func submit() async throws -> Reply {
        if let reply = try await role.obeyShared() { return reply }
        switch visit.act {
        case "duration":
            try await visit.iam("UpdateRole", [("RoleName", role.name), ("MaxSessionDuration", visit.field("seconds"))])
        case "revoke":
            let asked = Confirmation(
                question: "Revoke the active sessions of \(role.name)?",
                about:
                    "What was begun before now may do nothing any more. An inline policy, \(Self.revocation), says so; new sessions are free.",
                word: role.name,
                title: "Revoke sessions",
                act: "revoke",
                back: role.href,
                section: "users"
            )
            if let reply = try await asked.reply(for: visit) { return reply }
            try await role.put(Self.revocation(at: Date.now), as: Self.revocation)
        default: throw visit.refusal("MissingParameter", "Say what to do with the role.")
        }
        return visit.done("changed", at: role.href)
    }

    private static func revocation(at now: Date) -> String {
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Deny",
              "Action": "*",
              "Resource": "*",
              "Condition": {
                "DateLessThan": {
                  "aws:TokenIssueTime": "\(now.formatted(.iso8601))"
                }
              }
            }
          ]
        }
        """
    }
}
