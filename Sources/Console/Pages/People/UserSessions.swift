import API

/// Where a user has signed in to the console: what an administrator sees and ends.
struct UserSessions: Sendable {
    let user: NamedHolder

    private var visit: Visit { user.visit }

    private struct Sessions: Decodable {
        struct Entry: Decodable {
            let sessionId: String
            let address: String
            let userAgent: String
            let createdAt: Double
            let seenAt: Double
            let expiresAt: Double
        }

        let sessions: [Entry]
    }

    private struct Question: Encodable {
        let userName: String
        var sessionId: String?
    }

    private struct Ended: Decodable {
        let ended: Int
    }

    func section() async throws -> Record.Section {
        try await Record.Section.reading("Console sessions") { section in
            let found: Sessions = try await visit.ferry("ListConsoleSessions", Question(userName: user.name))
            section.table = Table(label: "Console sessions", columns: ["Begun", "Last seen", "Ends", "Address", "Browser", ""])
            section.empty = "The user is signed in nowhere."
            section.table?.rows = found.sessions.map { session in
                let end = Act(
                    title: "End",
                    what: "the session from \(session.address)",
                    act: "end-session",
                    fields: [("session", session.sessionId)]
                )
                return [
                    .seconds(session.createdAt), .seconds(session.seenAt), .seconds(session.expiresAt), .text(session.address),
                    .text(session.userAgent), .acts([end]),
                ]
            }
            if !found.sessions.isEmpty { section.forms = [Form(title: "End all sessions", act: "end-sessions", fields: [])] }
        }
    }

    /// - Returns: nil for what is about no sessions.
    func obey() async throws -> Reply? {
        guard ["end-session", "end-sessions"].contains(visit.act) else { return nil }
        let session = visit.act == "end-session" ? visit.field("session") : nil
        let _: Ended = try await visit.ferry("EndConsoleSessions", Question(userName: user.name, sessionId: session))
        return visit.done("changed", at: user.href)
    }
}
