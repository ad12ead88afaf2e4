import API

/// Asks before an account is closed, by its id.
struct CloseAccountPage: Page {
    static let path = "accounts/{id}/close"

    private let visit: Visit
    private let id: String

    init(_ visit: Visit) throws { (self.visit, id) = (visit, visit.parameter("id")) }

    private func confirmation() async throws -> Confirmation {
        let account = try await visit.organizationAccount(id)
        return Confirmation(
            question: "Close the account \(account.name)?",
            about: "Nobody can sign in to it or call for it any more, and what it has is kept. A closed account stays closed.",
            word: account.id,
            title: "Close account",
            act: "close",
            back: AccountPage.place(of: id),
            section: "accounts"
        )
    }

    func show() async throws -> View { try await confirmation().view(for: visit) }

    func submit() async throws -> Reply {
        if let reply = try await confirmation().reply(for: visit) { return reply }
        try await visit.organizations("CloseAccount", with: ["AccountId": id])
        return visit.done("closed", at: AccountPage.place(of: id))
    }
}
