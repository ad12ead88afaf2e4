import Domain
import Services
import Wire

/// Lists where a user of the account has signed in to the console.
struct ListConsoleSessions: JSONAction {
    static let permissions = [Permission<Self>("ferry:ListConsoleSessions") { [try await $1.iam(.user, $0.userName)] }]

    private let userName: String

    init(from json: JSONReader) throws { userName = try json["UserName"] }

    func run(in call: Call) async throws -> Answer {
        Answer(sessions: try await ConsoleSessions(call.deployment).sessions(ofUser: userName, for: call))
    }

    struct Answer: JSONEncodable {
        let sessions: [ConsoleSession]

        func write(to json: inout JSONWriter) { json.list("Sessions", sessions.map(Entry.init)) }
    }

    private struct Entry: JSONEncodable {
        let session: ConsoleSession

        func write(to json: inout JSONWriter) {
            json.member("SessionId", session.id)
            json.member("Address", session.address)
            json.member("UserAgent", session.userAgent)
            json.member("CreatedAt", session.createdAt)
            json.member("SeenAt", session.seenAt)
            json.member("ExpiresAt", session.expiresAt)
        }
    }
}

/// Ends one of the sessions of a user, or all of them.
struct EndConsoleSessions: JSONAction {
    static let permissions = [Permission<Self>("ferry:EndConsoleSessions") { [try await $1.iam(.user, $0.userName)] }]

    private let userName: String
    private let session: String?

    init(from json: JSONReader) throws {
        userName = try json["UserName"]
        session = try json["SessionId"]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(ended: try await ConsoleSessions(call.deployment).end(session, ofUser: userName, for: call))
    }

    struct Answer: JSONEncodable {
        let ended: Int

        func write(to json: inout JSONWriter) { json.member("Ended", ended) }
    }
}
