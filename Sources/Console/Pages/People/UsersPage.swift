import Wire

/// The users of the account.
struct UsersPage: Page {
    static let path = Holder.users.rawValue

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        var listing = IAMListing(visit, "ListUsers", "Users", name: "UserName")
        try await listing.read()
        var table = Table(label: "Users", columns: ["User", "Path", "Password last used", "Created"])
        table.rows = listing.elements.map { user in
            let name = user.text("UserName") ?? ""
            return [
                .link(name, to: Holder.users.place(of: name)), .text(user.text("Path")), .time(user.text("PasswordLastUsed")),
                .time(user.text("CreateDate")),
            ]
        }
        return listing.view(
            "Users",
            at: Holder.users.place,
            tab: Self.path,
            table,
            empty: "There is no user yet. Make one here, or with:",
            command: "aws iam create-user --user-name NAME",
            create: ("Create user", CreateHolderPage.place(.users))
        )
    }
}
