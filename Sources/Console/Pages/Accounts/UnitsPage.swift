import API

/// The tree of organizational units.
struct UnitsPage: Page {
    static let path = "units"

    /// Organizations has five levels below the root.
    private static let depthMax = 6
    private static let unitsMax = 200

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let root = try await visit.root()
        var table = Table(label: "Units", columns: ["Unit", "Path", "ID"])
        table.rows = [row(root.name, root.id, root.name)]
        try await fill(&table, below: root.id, root.name, depth: 1)
        var view = View(
            title: "Units",
            template: "list",
            values: [
                "tabs": AccountsPage.tabs(Self.path), "hasTabs": true, "tabsLabel": "Organization", "path": Shown.place(Self.path),
                "table": table.values, "isCut": table.rows.count > Self.unitsMax, "max": "\(Self.unitsMax)",
            ]
        )
        view.section = "accounts"
        return view
    }

    private func row(_ name: String, _ id: String, _ path: String) -> [Cell] {
        [.link(name, to: UnitPage.place(of: id)), .text(path), .id(id)]
    }

    /// Each unit before those that are in it.
    private func fill(_ table: inout Table, below parent: String, _ path: String, depth: Int) async throws {
        guard depth <= Self.depthMax, table.rows.count <= Self.unitsMax else { return }
        for unit in try await visit.units(in: parent, max: Self.unitsMax) {
            guard table.rows.count <= Self.unitsMax else { return }
            let place = "\(path) / \(unit.name)"
            table.rows.append(row(unit.name, unit.id, place))
            try await fill(&table, below: unit.id, place, depth: depth + 1)
        }
    }
}
