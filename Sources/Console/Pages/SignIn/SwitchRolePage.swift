import API
import Domain
import Foundation
import HTTPTypes
import Hexadecimal
import Services
import Wire

/// The form with which one takes on a role: the pages act as it until one switches back, or its session or one's own is over.
struct SwitchRolePage: Page {
    static let path = "switch-role"

    /// What the role is called by in this browser. It gives nobody anything: with whose rights the pages act stands in the session.
    static let cookie = "ferry-role-name"
    private static let nameMax = 64

    static func place(to role: String, of account: String) -> String {
        Shown.place(Shown.place(path), [("account", account), ("role", role)])
    }

    static func displayName(_ visit: Visit) -> String? {
        let cookie = SessionCookie(of: visit.request, isSecure: visit.console.calls.isSecure, for: cookie)
        return cookie.value.flatMap { Hex.decode($0.utf8) }.map { String(decoding: $0, as: UTF8.self) }
    }

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let form = Form(
            title: "Switch role",
            act: "switch",
            fields: [
                Field(name: "account", label: "Account ID", value: visit.entered("account"), max: 12, isRequired: true),
                Field(
                    name: "role",
                    label: "Role name",
                    value: visit.entered("role"),
                    hint: "With its path, if it has one: team/reader.",
                    max: 577,
                    isRequired: true
                ),
                Field(
                    name: "title",
                    label: "Display name",
                    value: visit.entered("title"),
                    hint: "What stands at the top of the pages. Only this browser knows it.",
                    max: Self.nameMax
                ),
            ],
            isCard: true,
            about: "The pages act as the role for an hour at most, and not longer than you are signed in."
        )
        return View(title: "Switch role", template: "switch-role", values: ["form": form.values])
    }

    func submit() async throws -> Reply {
        guard let signedIn = visit.signedIn else { throw PageFault.notFound }
        let (account, role) = (visit.field("account").filter { !$0.isWhitespace }, visit.field("role").trimmed)
        guard AccountID(rawValue: account) != nil else {
            throw visit.refusal("ValidationError", "An account ID is twelve digits.")
        }
        let remaining = Int(signedIn.session.expiresAt.timeIntervalSince(visit.console.now))
        let parameters = [
            ("RoleArn", "arn:\(visit.console.partition):iam::\(account):role/\(role)"), ("RoleSessionName", sessionName(signedIn)),
            ("DurationSeconds", "\(max(SessionLimits.shortest, min(SessionLimits.hour, remaining)))"),
        ]
        // As AWS's console does it: from one role to another, one goes as oneself.
        let answer = try await visit.asPerson.query("sts", "AssumeRole", parameters)
        guard let keys = answer["AssumeRoleResult"]?["Credentials"], let id = keys.text("AccessKeyId"),
            let token = keys.text("SessionToken")
        else { throw PageFault.notFound }
        try await visit.console.sessions.set(role: ConsoleSession.Keys(accessKeyID: id, token: token), of: signedIn.session)
        if let secret = visit.formSecret, let begun = try await visit.console.sessions.find(secret) {
            visit.console.calls.noteSignIn(of: begun.key.principal, by: "role", on: visit.request, requestID: visit.requestID)
        }
        var reply = visit.done("switched", at: Console.root)
        reply.headers[.setCookie] = nameCookie(visit.field("title"))
        return reply
    }

    /// As whoever has signed in is called, which stands in the log.
    private func sessionName(_ signedIn: ConsoleSessions.SignedIn) -> String {
        let name =
            switch signedIn.asPerson.key.principal.kind {
            case .rootUser, .anonymous: "root"
            case .user(let user): user.name
            case .role(let role): role.session
            case .federatedUser(let name, _): name
            }
        return name.utf8.count < 2 ? "console-\(name)" : String(name.prefix(64))
    }

    private func nameCookie(_ title: String) -> String {
        let cookie = SessionCookie(of: visit.request, isSecure: visit.console.calls.isSecure, for: Self.cookie)
        var name = title.trimmed.prefix(Self.nameMax)
        while name.utf8.count > Self.nameMax { name.removeLast() }
        return cookie.set(Hex.encode(Array(name.utf8)), seconds: SessionLimits.hour)
    }
}

/// Lets the pages act as the person again.
struct SwitchBackPage: Page {
    static let path = "switch-back"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let form = Form(title: "Switch back", act: "back", fields: [], isCard: true, about: "The pages act as yourself again.")
        return View(title: "Switch back", template: "switch-role", values: ["form": form.values])
    }

    func submit() async throws -> Reply {
        guard let session = visit.signedIn?.session else { throw PageFault.notFound }
        try await visit.console.sessions.set(role: nil, of: session)
        var reply = visit.done("switched-back", at: Console.root)
        let cookie = SessionCookie(of: visit.request, isSecure: visit.console.calls.isSecure, for: SwitchRolePage.cookie)
        reply.headers[.setCookie] = cookie.set("", seconds: 0)
        return reply
    }
}
