import API
import Domain
import Foundation
import HTTPTypes
import Services

/// The browsers in which one has signed in.
struct SessionsPage: Page {
    static let path = "sessions"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        guard let own = visit.signedIn?.session else { throw PageFault.notFound }
        let sessions = try await visit.console.sessions.sessions(beside: own)
        return View(
            title: "Sessions",
            template: "sessions",
            values: [
                "rows": sessions.map { session -> Values in
                    [
                        "id": session.id, "isOwn": session.id == own.id, "address": session.address, "agent": session.userAgent,
                        "created": Shown.time(seconds: session.createdAt.timeIntervalSince1970),
                        "seen": Shown.time(seconds: session.seenAt.timeIntervalSince1970),
                        "expires": Shown.time(seconds: session.expiresAt.timeIntervalSince1970),
                    ]
                }
            ]
        )
    }

    func submit() async throws -> Reply {
        guard let own = visit.signedIn?.session else { throw PageFault.notFound }
        guard try await visit.console.sessions.end(visit.field("session"), of: own) else {
            throw CallRefusal(
                status: 404,
                code: "NotFound",
                message: "There is no such session, or it has ended.",
                requestID: visit.requestID
            )
        }
        return .redirect(to: Shown.place(Console.root + Self.path, [("notice", "session-ended")]))
    }
}

/// Ends the session of this browser.
struct SignOutPage: Page {
    static let path = "sign-out"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View { View(title: "Sign out", template: "sign-out", values: [:]) }

    func submit() async throws -> Reply {
        if let session = visit.signedIn?.session { try await visit.console.sessions.end(session) }
        var reply = Reply.redirect(to: Console.root + SignInPage.path + "?notice=signed-out")
        let isSecure = visit.console.calls.isSecure
        reply.headers[.setCookie] = SessionCookie(of: visit.request, isSecure: isSecure).set("", seconds: 0)
        let role = SessionCookie(of: visit.request, isSecure: isSecure, for: SwitchRolePage.cookie)
        if role.value != nil { reply.headers.append(HTTPField(name: .setCookie, value: role.set("", seconds: 0))) }
        // What the browser has kept of pages goes with the session.
        reply.headers[clearSiteData] = "\"cache\""
        return reply
    }

    private var clearSiteData: HTTPField.Name {
        guard let name = HTTPField.Name("Clear-Site-Data") else { preconditionFailure("This is a field name") }
        return name
    }
}
