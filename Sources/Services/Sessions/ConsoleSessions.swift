import Crypto
import Domain
import Foundation
import Hexadecimal
import Logging
import Metadata
import Sealing

/// Who has signed in to the console. A browser has a random cookie, whose hash is kept beside temporary keys of the person's: they end when the
/// person's account, user or role goes, and when their time is over, after a restart as before.
package struct ConsoleSessions: Sendable {
    /// Where a browser is, for the list of one's sessions.
    package struct Browser: Sendable {
        let address: String
        let userAgent: String
        /// Whether the connection is one of TLS.
        let isSecure: Bool

        package init(address: String, userAgent: String, isSecure: Bool = true) {
            self.address = address
            self.userAgent = String(userAgent.prefix(256))
            self.isSecure = isSecure
        }
    }

    /// Somebody who has signed in: the row, with whose rights the pages act, and who that is.
    package struct SignedIn: Sendable {
        package let session: ConsoleSession
        package let key: KnownKey
        /// The person's own, where the pages act as a role.
        let own: KnownKey

        /// Whatever role the pages act as.
        package var asPerson: SignedIn { SignedIn(session: session, key: own, own: own) }
    }

    /// The sign-in is refused. One text for all that is wrong with it, so that nobody learns which names there are.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        case wrong
        /// The user must set another password first.
        case mustChangePassword
        /// The link was used, or is too old.
        case linkOver
        case tooOften
        /// The password is older than the account allows, and only an administrator may set another.
        case passwordOver
        /// The user must set another password, and a policy denies it: what it says.
        case mayNotChangePassword(String)

        package var description: String {
            switch self {
            case .wrong: "what was typed belongs to nobody"
            case .mustChangePassword: "the user must set another password first"
            case .linkOver: "the link was used already, or is too old"
            case .tooOften: "there were too many attempts to sign in"
            case .passwordOver: "the password is older than the account allows"
            case .mayNotChangePassword(let reason): "the password must be changed, and may not be: \(reason)"
            }
        }
    }

    private static let linkSeconds: TimeInterval = 120
    /// Of a person at once.
    package static let perPersonMax = 50
    private static let linksPerPersonMax = 5
    /// How long a use stands for those that follow it.
    private static let seenInterval: TimeInterval = 60

    let deployment: Deployment

    package init(_ deployment: Deployment) { self.deployment = deployment }

    /// The cookie's words: 256 random bits.
    private static func newSecret() -> String { Hex.encode(SecretBytes.random(count: 32).withUnsafeBytes { Array($0) }) }

    /// What is kept of a cookie.
    package static func id(of secret: String) -> String { Hex.encode(SHA256.hash(data: Array(secret.utf8))) }

    // Signing in.

    /// Nobody guesses a secret access key, nor a link: they are tried as often as one likes.
    ///
    /// - Returns: the cookie.
    /// - Throws: `Refusal`
    package func signIn(accessKeyID: String, secret: String, from browser: Browser) async throws -> String {
        let known = try await deployment.accessKeys.find(accessKeyID)
        // In the same time whether the key is known or not.
        let isRight = Self.isSame(secret, known?.secret ?? Self.newSecret())
        guard let known, isRight else { throw Refusal.wrong }
        deployment.accessKeys.noteUse(of: accessKeyID, for: "signin", in: store().region)
        return try await begin(known.principal, on: .accessKey(accessKeyID), from: browser)
    }

    /// What is known of whom a password is said to be of.
    private struct Candidate: Sendable {
        let account: AccountID
        let identity: IAMIdentity
        let profile: LoginProfileRow
        let policy: PasswordPolicy?

        /// Whether the account wants another password by now.
        func isOld(at now: Date) -> Bool {
            guard let days = policy?.maxAge else { return false }
            return now.timeIntervalSince(profile.changedAt) >= Double(days) * 86_400
        }
    }

    /// - Parameters:
    ///   - account: its id or its alias.
    ///   - new: the password that takes the place of it, where one must be set.
    /// - Returns: the cookie.
    /// - Throws: `Refusal`; `Fault` for a new password that the account's rules forbid.
    package func signIn(account text: String, user: String, password: String, new: String?, from browser: Browser) async throws -> String {
        let account = try await deployment.directory.read { transaction in
            try AccountID(rawValue: text) ?? IAMAccountTable(transaction).account(ofAlias: text)
        }
        guard deployment.signIns.admits(user, of: account?.rawValue ?? text, from: browser.address) else { throw Refusal.tooOften }
        let candidate = try await deployment.directory.read { transaction in
            try account.flatMap { try Self.candidate(user, of: $0, in: transaction) }
        }
        let hash = candidate.map { PasswordHash(salt: $0.profile.salt, rounds: $0.profile.rounds, hash: $0.profile.hash) }
        // As much work for a name that is not known, and in one queue with all others.
        let given = try await deployment.hash(of: password, like: hash, for: .nobody)
        guard let candidate, let hash, given.isSame(as: hash) else { throw Refusal.wrong }
        let identity = candidate.identity
        let principal = Principal(
            account: identity.account,
            accessKeyID: "",
            kind: .user(Principal.UserName(id: identity.id, path: identity.path, name: identity.name))
        )
        let isOld = candidate.isOld(at: deployment.clock.now)
        if isOld, candidate.policy?.isHardExpiry == true { throw Refusal.passwordOver }
        guard candidate.profile.isResetRequired || isOld else {
            return try await begin(principal, with: candidate.profile, from: browser)
        }
        let call = try call(of: principal, from: browser)
        try await Self.checkMayChangePassword(call)
        guard let new else { throw Refusal.mustChangePassword }
        try await LoginProfiles(call).change(from: password, to: new)
        guard let profile = try await deployment.directory.read({ try IAMPasswordTable($0).profile(of: identity.id) }) else {
            throw Refusal.wrong
        }
        return try await begin(principal, with: profile, from: browser)
    }

    private func begin(_ principal: Principal, with profile: LoginProfileRow, from browser: Browser) async throws -> String {
        let now = deployment.clock.now
        try await deployment.directory.write { try IAMPasswordTable($0).noteUse(of: profile.userID, at: now) }
        return try await begin(principal, on: .password(profile.changedAt), from: browser)
    }

    /// A link that signs its caller in, once, within two minutes: what stands in it.
    package func link(for call: Call) async throws -> String {
        let browser = Browser(address: call.origin.address ?? "", userAgent: call.origin.userAgent ?? "")
        let basis: ConsoleSession.Basis = call.session == nil ? .accessKey(call.principal.accessKeyID) : .temporaryKeys
        return try await begin(call.principal, on: basis, from: browser, isLink: true, within: call.session)
    }

    /// Whom a link signs in; nil for one that is over.
    package func owner(ofLink link: String) async throws -> Principal? {
        let (id, now) = (Self.id(of: link), deployment.clock.now)
        guard let found = try await deployment.directory.read({ try ConsoleSessionTable($0).find(id) }), found.isLink, now < found.expiresAt
        else { return nil }
        return try await key(found.keys, on: found)?.principal
    }

    /// - Returns: the cookie.
    /// - Throws: `Refusal`
    package func signIn(link: String, from browser: Browser) async throws -> String {
        let (id, secret, now) = (Self.id(of: link), Self.newSecret(), deployment.clock.now)
        guard let found = try await deployment.directory.read({ try ConsoleSessionTable($0).find(id) }), found.isLink,
            let key = try await key(found.keys, on: found), let end = key.session?.expiresAt
        else { throw Refusal.linkOver }
        return try await deployment.directory.write { transaction in
            let table = ConsoleSessionTable(transaction)
            guard let found = try table.find(id), found.isLink, now < found.expiresAt, try table.delete(id) else { throw Refusal.linkOver }
            let session = ConsoleSession(
                id: Self.id(of: secret),
                person: found.person,
                basis: found.basis,
                keys: found.keys,
                address: browser.address,
                userAgent: browser.userAgent,
                createdAt: now,
                seenAt: now,
                expiresAt: min(end, now + Double(SessionLimits.console))
            )
            try table.insert(session, max: Self.perPersonMax)
            return secret
        }
    }

    // While it lasts.

    /// - Returns: nil for a cookie that is none, or whose session is over.
    package func find(_ secret: String) async throws -> SignedIn? {
        let (id, now) = (Self.id(of: secret), deployment.clock.now)
        guard let session = try await deployment.directory.read({ try ConsoleSessionTable($0).find(id) }), !session.isLink,
            now < session.expiresAt, let own = try await key(session.keys, on: session)
        else { return nil }
        if abs(now.timeIntervalSince(session.seenAt)) >= Self.seenInterval {
            try await deployment.directory.write { try ConsoleSessionTable($0).note(id, seenAt: now) }
        }
        guard let role = session.role else { return SignedIn(session: session, key: own, own: own) }
        if let key = try await key(role, on: session) { return SignedIn(session: session, key: key, own: own) }
        // A role's session is shorter than the person's: who comes back from it is oneself again.
        try await set(role: nil, of: session)
        return try await find(secret)
    }

    /// Nil when they are no good any more, or what the session was begun with is not.
    private func key(_ keys: ConsoleSession.Keys, on session: ConsoleSession) async throws -> KnownKey? {
        switch session.basis {
        case .accessKey(let id): guard try await deployment.accessKeys.find(id) != nil else { return nil }
        case .password(let date):
            let user = session.person.name.split(separator: "/").last.map(String.init) ?? ""
            let profile = try await deployment.directory.read { try IAMPasswordTable($0).profile(of: user) }
            guard profile?.changedAt == date else { return nil }
        case .temporaryKeys: break
        }
        do {
            return try await deployment.key(keys.accessKeyID, sessionToken: keys.token)
        } catch is SessionRefusal {
            return nil
        }
    }

    package func end(_ session: ConsoleSession) async throws {
        let now = deployment.clock.now
        try await deployment.directory.write { transaction in
            let table = ConsoleSessionTable(transaction)
            try table.delete(session.id)
            try table.deleteExpired(at: now)
        }
    }

    /// Ends another session of the same person.
    ///
    /// - Returns: whether there was one.
    package func end(_ id: String, of session: ConsoleSession) async throws -> Bool {
        try await deployment.directory.write { transaction in
            let table = ConsoleSessionTable(transaction)
            guard try table.sessions(of: session.person).contains(where: { $0.id == id }) else { return false }
            return try table.delete(id)
        }
    }

    /// All of the same person, the latest first.
    package func sessions(beside session: ConsoleSession) async throws -> [ConsoleSession] {
        let now = deployment.clock.now
        return try await deployment.directory.read { transaction in
            try ConsoleSessionTable(transaction).sessions(of: session.person).filter { now < $0.expiresAt }
        }
    }

    /// Lets the pages act as a role, or as the person again.
    package func set(role keys: ConsoleSession.Keys?, of session: ConsoleSession) async throws {
        try await deployment.directory.write { try ConsoleSessionTable($0).set(role: keys, of: session.id) }
    }

    // How it is made.

    /// What is of no Region is done in the first.
    private func store() -> RegionStore {
        guard let store = deployment.regions.min(by: { $0.key < $1.key })?.value else { preconditionFailure("A server has a Region") }
        return store
    }

    private func call(of principal: Principal, from browser: Browser) throws -> Call {
        let origin = CallOrigin(address: browser.address, isSecure: browser.isSecure, userAgent: browser.userAgent)
        return Call(principal: principal, store: store(), deployment: deployment, host: "", origin: origin)
    }

    /// Who must set another password may do so without a policy that allows it: else nobody could sign in for the first time. One that denies it
    /// by name counts.
    private static func checkMayChangePassword(_ call: Call) async throws {
        do {
            try await Authorizer(call).requireNotDenied("iam:ChangePassword", on: [try await call.iamUser(nil)])
        } catch let denied as AccessDenied {
            throw Refusal.mayNotChangePassword(denied.description)
        }
    }

    /// - Parameter bounds: of a caller with temporary keys: what it may not is not allowed to the session either.
    private func begin(
        _ principal: Principal,
        on basis: ConsoleSession.Basis,
        from browser: Browser,
        isLink: Bool = false,
        within bounds: CallerSession? = nil
    ) async throws -> String {
        let now = Date(timeIntervalSince1970: deployment.clock.now.timeIntervalSince1970.rounded(.down))
        let session = bounds ?? CallerSession(isOfConsole: true, issuedAt: now, expiresAt: now + Double(SessionLimits.console))
        let keys = try Sessions(tokens: deployment.tokens, directory: deployment.directory).begin(session, as: principal)
        let secret = Self.newSecret()
        let row = ConsoleSession(
            id: Self.id(of: secret),
            person: ConsoleSession.Person(principal),
            basis: basis,
            keys: ConsoleSession.Keys(accessKeyID: keys.accessKeyID, token: keys.sessionToken),
            isLink: isLink,
            address: browser.address,
            userAgent: browser.userAgent,
            createdAt: now,
            seenAt: now,
            expiresAt: isLink ? now + Self.linkSeconds : session.expiresAt
        )
        try await deployment.directory.write { transaction in
            let table = ConsoleSessionTable(transaction)
            try table.deleteExpired(at: now)
            try table.insert(row, max: isLink ? Self.linksPerPersonMax : Self.perPersonMax)
        }
        return secret
    }

    private static func candidate(_ name: String, of account: AccountID, in transaction: Transaction) throws -> Candidate? {
        guard try OrganizationTable(transaction).isActive(account),
            let identity = try IAMIdentityTable(transaction).find(.user, name, of: account),
            let profile = try IAMPasswordTable(transaction).profile(of: identity.id)
        else { return nil }
        let policy = try IAMAccountTable(transaction).passwordPolicy(of: account)
        return Candidate(account: account, identity: identity, profile: profile, policy: policy)
    }

    /// In a time that does not tell how much of it is right.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (SHA256.hash(data: Array(left.utf8)), SHA256.hash(data: Array(right.utf8)))
        return left == right
    }
}
