import API
import Domain
import Services

/// Where a link of `ferry console` leads. A browser may look at a link before somebody asks it to, so it is a button that signs in.
struct SignInLinkPage: Page {
    static let path = "sign-in/{link}"
    static let isForStrangers = true

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let owner = try await visit.console.sessions.owner(ofLink: visit.parameter("link"))
        return View(
            title: "Sign in",
            template: "sign-in-link",
            values: [
                "name": owner?.consoleName, "ofAccount": owner?.account.rawValue, "endsSession": visit.signedIn != nil,
            ]
        )
    }

    func submit() async throws -> Reply {
        try await SignInPage.signedIn(visit, by: "link", to: Console.root) {
            try await $0.signIn(link: visit.parameter("link"), from: visit.browser)
        }
    }
}
