import API
import Foundation
import Wire

/// A list of IAM's, page by page, or what of it a search finds. IAM has no search: names are looked through as its own console does.
struct IAMListing {
    private static let pageSize = 100
    private static let foundMax = 100
    /// How far a search looks at once, in pages of the largest size.
    private static let searchedPagesMax = 10

    let visit: Visit
    let action: String
    let list: String
    let nameMember: String
    var parameters: [(String, String)] = []

    private(set) var elements: [XMLNode] = []
    private(set) var marker: String?
    /// Whether more was found than is shown.
    private(set) var isCut = false

    init(_ visit: Visit, _ action: String, _ list: String, name: String, _ parameters: [(String, String)] = []) {
        (self.visit, self.action, self.list, nameMember, self.parameters) = (visit, action, list, name, parameters)
    }

    var search: String { visit.query("search").trimmed }

    /// - Throws: `CallRefusal`
    mutating func read() async throws {
        let next = visit.query("next")
        marker = next.isEmpty ? nil : next
        let search = search
        guard !search.isEmpty else { return try await readPage(Self.pageSize) { _ in true } }
        for _ in 0..<Self.searchedPagesMax {
            try await readPage(1000) { $0.range(of: search, options: .caseInsensitive) != nil }
            if elements.count > Self.foundMax {
                (elements, isCut, marker) = (Array(elements.prefix(Self.foundMax)), true, nil)
            }
            if marker == nil { return }
        }
    }

    private mutating func readPage(_ size: Int, _ matches: (String) -> Bool) async throws {
        let page = try await visit.iam(action, parameters + [("MaxItems", "\(size)")] + (marker.map { [("Marker", $0)] } ?? []))
        elements += page.members(list).filter { matches($0.text(nameMember) ?? "") }
        marker = page.marker
    }

    /// The page of the list, by the template `list`.
    func view(_ title: String, at place: String, tab: String, _ table: Table, empty: String, command: String, create: (String, String))
        -> View
    {
        let kept = [("search", search), ("show", visit.query("show"))]
        var view = View(
            title: title,
            template: "list",
            values: [
                "tabs": Holder.tabs(tab), "hasTabs": true, "tabsLabel": "Identity",
                "links": [["title": create.0, "href": create.1] as Values],
                "hasSearch": true, "path": place, "search": search, "searchHint": "Part of a name", "isFiltered": !search.isEmpty,
                "isCut": isCut, "max": "\(Self.foundMax)",
                "table": table.rows.isEmpty ? nil : table.values, "isEmpty": table.rows.isEmpty,
                "empty": search.isEmpty ? empty : "No name has “\(search)” in it.", "command": search.isEmpty ? command : nil,
                "next": marker.map { Shown.place(place, kept + [("next", $0)]) },
                "first": visit.query("next").isEmpty ? nil : Shown.place(place, kept),
            ]
        )
        view.section = "users"
        return view
    }
}
