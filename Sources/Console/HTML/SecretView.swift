/// The only page that has a secret. Browsers do not keep it.
struct SecretView {
    let title: String
    let crumbs: [(title: String, href: String)]
    let facts: [(name: String, cell: Cell)]
    let back: String

    func view(in section: String) -> View {
        var view = View(
            title: title,
            template: "secret",
            values: [
                "crumbs": crumbs.map { ["title": $0.title, "href": $0.href] as Values }, "facts": facts.map(Record.fact), "back": back,
            ]
        )
        view.section = section
        return view
    }
}
