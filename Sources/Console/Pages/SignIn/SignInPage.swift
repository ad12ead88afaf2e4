import API
import HTTPTypes
import Services
import Wire

/// Where one signs in: as a user with a password, or with an access key.
struct SignInPage: Page {
    static let path = "sign-in"
    static let isForStrangers = true
    /// Of who has not signed in yet.
    static let cookie = "ferry-sign-in"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        View(
            title: "Sign in",
            template: "sign-in",
            values: [
                "to": place, "account": visit.field("account"), "user": visit.field("user"), "key": visit.field("access-key-id"),
                "mustChange": visit.field("must-change") == "yes", "isByKey": visit.entered("by") == "key",
            ]
        )
    }

    /// Where the sign-in leads: to a page of this console, whatever an address says.
    private var place: String {
        guard let target = try? RequestTarget(visit.entered("to")), target.path.encoded.hasPrefix(Console.root) else { return Console.root }
        let segments = Console.segments(of: target.path)
        // A page that there is, written anew: a browser reads what is left out here in ways of its own.
        guard let (page, _) = Routes.find(segments), !page.isForStrangers else { return Console.root }
        let place = Console.root + segments.map(PercentEncoding.encode).joined(separator: "/")
        return Shown.place(place, target.query.parameters.map { ($0.name, $0.value) })
    }

    func submit() async throws -> Reply {
        do {
            let isByKey = visit.field("by") == "key"
            return try await Self.signedIn(visit, by: isByKey ? "access key" : "password", to: place) { sessions in
                if isByKey {
                    let id = visit.field("access-key-id").filter { !$0.isWhitespace }
                    return try await sessions.signIn(
                        accessKeyID: id,
                        secret: visit.field("secret-access-key").filter { !$0.isWhitespace },
                        from: visit.browser
                    )
                }
                let new = visit.field("new-password")
                return try await sessions.signIn(
                    account: visit.field("account").filter { !$0.isWhitespace },
                    user: visit.field("user"),
                    password: visit.field("password"),
                    new: new.isEmpty ? nil : new,
                    from: visit.browser
                )
            }
        } catch ConsoleSessions.Refusal.mustChangePassword {
            var view = try await show()
            view.values["mustChange"] = true
            view.refusals = [
                CallRefusal(
                    status: 400,
                    code: "PasswordChangeRequired",
                    message: "Set another password to sign in. Type the old one once more.",
                    requestID: visit.requestID
                )
            ]
            view.status = 400
            return try await visit.console.render(view, visit)
        }
    }

    /// Signs in, in a session of its own: whatever cookie the browser had is not the new one.
    static func signedIn(
        _ visit: Visit,
        by way: String,
        to place: String,
        _ signIn: (ConsoleSessions) async throws -> String
    ) async throws -> Reply {
        let secret: String
        do {
            secret = try await signIn(visit.console.sessions)
        } catch let refusal as ConsoleSessions.Refusal where refusal != .mustChangePassword {
            visit.console.calls.noteRefusedSignIn(by: way, on: visit.request, requestID: visit.requestID)
            throw CallRefusal(refusal, requestID: visit.requestID)
        }
        if let begun = try await visit.console.sessions.find(secret) {
            visit.console.calls.noteSignIn(of: begun.key.principal, by: way, on: visit.request, requestID: visit.requestID)
        }
        if let signedIn = visit.signedIn { try await visit.console.sessions.end(signedIn.session) }
        let isSecure = visit.console.calls.isSecure
        var reply = Reply.redirect(to: place)
        reply.headers[.setCookie] = SessionCookie(of: visit.request, isSecure: isSecure).set(secret, seconds: SessionLimits.console)
        return reply
    }
}

extension CallRefusal {
    fileprivate init(_ refusal: ConsoleSessions.Refusal, requestID: String) {
        switch refusal {
        case .wrong, .mustChangePassword:
            self.init(
                status: 403,
                code: "SignInFailed",
                message: "What you typed belongs to nobody here. Check each field, and try again.",
                requestID: requestID
            )
        case .linkOver:
            self.init(
                status: 403,
                code: "LinkOver",
                message: "The link was used already, or is older than two minutes. Make another with: ferry console",
                requestID: requestID
            )
        case .passwordOver:
            self.init(
                status: 403,
                code: "PasswordExpired",
                message: "The password is older than the account allows. Ask who manages the account for another.",
                requestID: requestID
            )
        case .mayNotChangePassword(let reason):
            self.init(
                status: 403,
                code: "AccessDenied",
                message: "The password must be changed, and may not be: \(reason). Ask who manages the account for a password that lasts.",
                requestID: requestID
            )
        case .tooOften:
            self.init(
                status: 429,
                code: "TooManyAttempts",
                message: "There were too many attempts. Wait a minute, then try again.",
                requestID: requestID
            )
        }
    }
}
