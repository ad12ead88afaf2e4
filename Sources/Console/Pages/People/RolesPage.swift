import Wire

/// The roles of the account.
struct RolesPage: Page {
    static let path = Holder.roles.rawValue

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        var listing = IAMListing(visit, "ListRoles", "Roles", name: "RoleName")
        try await listing.read()
        var table = Table(label: "Roles", columns: ["Role", "Path", "Description", "Created"])
        table.rows = listing.elements.map { role in
            let name = role.text("RoleName") ?? ""
            return [
                .link(name, to: Holder.roles.place(of: name)), .text(role.text("Path")), .text(role.text("Description")),
                .time(role.text("CreateDate")),
            ]
        }
        return listing.view(
            "Roles",
            at: Holder.roles.place,
            tab: Self.path,
            table,
            empty: "There is no role yet. A role lends its rights to whom its trust policy names. Make one here, or with:",
            command: "aws iam create-role --role-name NAME --assume-role-policy-document file://trust.json",
            create: ("Create role", CreateHolderPage.place(.roles))
        )
    }
}
