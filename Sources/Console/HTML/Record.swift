/// A page about one thing: what it is, and sections of what belongs to it. The template `record` shows it.
struct Record {
    struct Section {
        let title: String
        var about: String?
        var table: Table?
        /// What is said where the table has no row.
        var empty: String?
        /// A policy, or another text that keeps its lines.
        var document: String?
        var links: [(title: String, href: String)] = []
        var forms: [Form] = []
        /// Why it could not be read.
        var refusal: CallRefusal?

        var values: Values {
            let hasRows = table.map { !$0.rows.isEmpty } ?? false
            return [
                "title": title, "about": about, "table": hasRows ? table?.values : nil, "empty": hasRows ? nil : empty,
                "document": document, "forms": forms.map(\.values), "refusal": refusal?.values, "hasLinks": !links.isEmpty,
                "links": links.map { ["title": $0.title, "href": $0.href] as Values },
            ]
        }

        /// A section that is refused does not hide the others.
        ///
        /// - Throws: what is no refusal.
        static func reading(_ title: String, _ read: (inout Section) async throws -> Void) async throws -> Section {
            var section = Section(title: title)
            do {
                try await read(&section)
            } catch let refusal as CallRefusal {
                section = Section(title: title, refusal: refusal)
            }
            return section
        }
    }

    let title: String
    /// What it is of: the list that it stands in, and what stands between.
    let crumbs: [(title: String, href: String)]
    var facts: [(name: String, cell: Cell)] = []
    var links: [(title: String, href: String, isDanger: Bool)] = []
    var sections: [Section] = []

    static func fact(_ name: String, _ cell: Cell) -> Values {
        var values = cell.values
        values["label"] = name
        return values
    }

    /// - Parameter section: of the navigation.
    func view(in section: String) -> View {
        var view = View(
            title: title,
            template: "record",
            values: [
                "crumbs": crumbs.map { ["title": $0.title, "href": $0.href] as Values },
                "facts": facts.map(Self.fact),
                "links": links.map { ["title": $0.title, "href": $0.href, "isDanger": $0.isDanger] as Values },
                "sections": sections.map(\.values),
            ]
        )
        view.section = section
        return view
    }
}
