import Wire

/// The groups of the account.
struct GroupsPage: Page {
    static let path = Holder.groups.rawValue

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        var listing = IAMListing(visit, "ListGroups", "Groups", name: "GroupName")
        try await listing.read()
        var table = Table(label: "Groups", columns: ["Group", "Path", "Created"])
        table.rows = listing.elements.map { group in
            let name = group.text("GroupName") ?? ""
            return [.link(name, to: Holder.groups.place(of: name)), .text(group.text("Path")), .time(group.text("CreateDate"))]
        }
        return listing.view(
            "Groups",
            at: Holder.groups.place,
            tab: Self.path,
            table,
            empty: "There is no group yet. What a group may do, its users may. Make one here, or with:",
            command: "aws iam create-group --group-name NAME",
            create: ("Create group", CreateHolderPage.place(.groups))
        )
    }
}
