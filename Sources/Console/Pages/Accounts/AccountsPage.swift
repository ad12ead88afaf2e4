import API
import Foundation
import FoundationEssentials

/// The accounts of the organization, and the units that they are in.
struct AccountsPage: Page {
    static let path = "accounts"
    static let crumbs = [(title: "Accounts", href: Shown.place(path))]

    /// Of at most twenty each, by Organizations' rules.
    private static let pagesShown = 5
    private static let pagesSearched = 50
    private static let foundMax = 100

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    private var search: String { visit.query("search").trimmed }
    private var place: String { Shown.place(Self.path) }

    func show() async throws -> View {
        let (accounts, next) = try await accounts()
        var table = Table(label: "Accounts", columns: ["Account", "ID", "Email", "State", "Joined"])
        table.rows = accounts.map {
            [.link($0.name, to: AccountPage.place(of: $0.id)), .id($0.id), .text($0.email), $0.stateCell, .seconds($0.joinedTimestamp)]
        }
        var view = View(
            title: "Accounts",
            template: "list",
            values: [
                "tabs": Self.tabs(Self.path), "hasTabs": true, "tabsLabel": "Organization",
                "links": [["title": "Create account", "href": Shown.place("create", "account")] as Values],
                "hasSearch": true, "path": place, "search": search, "searchHint": "Name, ID or email", "isFiltered": !search.isEmpty,
                "isCut": accounts.count >= Self.foundMax && !search.isEmpty, "max": "\(Self.foundMax)",
                "table": table.rows.isEmpty ? nil : table.values, "isEmpty": table.rows.isEmpty,
                "empty": search.isEmpty
                    ? "There is no account here. Make one with:" : "No account's name, ID or email has “\(search)” in it.",
                "command": search.isEmpty ? "ferry accounts create NAME" : nil,
                "next": next.map { Shown.place(place, [("search", search), ("next", $0)]) },
                "first": visit.query("next").isEmpty ? nil : Shown.place(place, [("search", search)]),
            ]
        )
        view.section = "accounts"
        return view
    }

    static func tabs(_ current: String) -> [Values] {
        [("Accounts", path), ("Units", UnitsPage.path)].map {
            ["title": $0.0, "href": Shown.place($0.1), "isCurrent": $0.1 == current] as Values
        }
    }

    private func accounts() async throws -> ([OrganizationAnswer.Account], String?) {
        var (found, question) = ([OrganizationAnswer.Account](), OrganizationQuestion())
        question.nextToken = visit.query("next").isEmpty ? nil : visit.query("next")
        for _ in 0..<(search.isEmpty ? Self.pagesShown : Self.pagesSearched) {
            let page: OrganizationAnswer.Accounts = try await visit.organizations("ListAccounts", question)
            found += page.accounts.filter(matches)
            question.nextToken = page.nextToken
            guard question.nextToken != nil else { break }
            guard search.isEmpty || found.count < Self.foundMax else { return (found, nil) }
        }
        return (found, question.nextToken)
    }

    private func matches(_ account: OrganizationAnswer.Account) -> Bool {
        guard !search.isEmpty else { return true }
        return [account.name, account.id, account.email].contains { $0.range(of: search, options: .caseInsensitive) != nil }
    }
}
