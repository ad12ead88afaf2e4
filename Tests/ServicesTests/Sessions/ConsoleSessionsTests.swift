import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Who has signed in to the console, and until when.
@Suite struct ConsoleSessionsTests {
    private static let browser = ConsoleSessions.Browser(address: "192.0.2.7", userAgent: "a browser")
    private static let password = "Correct-horse-1"

    /// A world with a user who has a password.
    private static func run(_ body: (World, ConsoleSessions, IAMIdentity) async throws -> Void) async throws {
        try await World.withAccounts { world in
            let root = world.call(World.home)
            let ann = try await Users(root).create("ann", path: "/")
            _ = try await LoginProfiles(root).create(for: "ann", password: password, isResetRequired: false)
            try await body(world, ConsoleSessions(world.deployment), ann)
        }
    }

    private func signIn(_ sessions: ConsoleSessions, _ account: String, password: String = password) async throws -> String {
        try await sessions.signIn(account: account, user: "ann", password: password, new: nil, from: Self.browser)
    }

    /// A call that a user has signed with a key of its own.
    private func callByKey(of name: String, _ world: World) async throws -> Call {
        let made = try await UserAccessKeys(world.call(World.home)).create(for: name)
        let known = try #require(try await world.deployment.key(made.key.id, sessionToken: nil))
        let store = try #require(world.deployment.regions[World.home])
        return Call(principal: known.principal, store: store, deployment: world.deployment, host: "")
    }

    private func expectRefusal(_ refusal: ConsoleSessions.Refusal, _ body: () async throws -> Void) async {
        await #expect(throws: refusal) { try await body() }
    }

    @Test func aPasswordSignsInByTheAccountsIDAndItsAlias() async throws {
        try await Self.run { world, sessions, ann in
            let root = world.call(World.home)
            try await AccountSettings(root).setAlias("shop")
            for account in [root.account.rawValue, "shop"] {
                let found = try #require(try await sessions.find(try await signIn(sessions, account)))
                #expect(found.key.principal.kind == .user(Principal.UserName(id: ann.id, path: ann.path, name: ann.name)))
                #expect(found.key.session?.isOfConsole == true)
            }
            await expectRefusal(.wrong) { _ = try await signIn(sessions, "shop", password: "another") }
            await expectRefusal(.wrong) { _ = try await signIn(sessions, "shops") }
            await expectRefusal(.wrong) { _ = try await signIn(sessions, "000000000000") }
        }
    }

    @Test func onlyTheHashOfTheCookieIsKept() async throws {
        try await Self.run { world, sessions, _ in
            let cookie = try await signIn(sessions, world.call(World.home).account.rawValue)
            #expect(cookie.utf8.count == 64)
            let kept = try await world.deployment.directory.read { try ConsoleSessionTable($0).find(ConsoleSessions.id(of: cookie)) }
            #expect(kept != nil && kept?.id != cookie)
            #expect(try await sessions.find(ConsoleSessions.id(of: cookie)) == nil)
        }
    }

    @Test func aSessionEndsAfterTwelveHoursAndCountsFromItsBeginning() async throws {
        try await Self.run { world, sessions, _ in
            let cookie = try await signIn(sessions, world.call(World.home).account.rawValue)
            world.clock.advance(seconds: 12 * 3600 - 1)
            #expect(try await sessions.find(cookie) != nil)
            world.clock.advance(seconds: 1)
            #expect(try await sessions.find(cookie) == nil)
        }
    }

    @Test func aSessionEndsWithItsUser() async throws {
        try await Self.run { world, sessions, _ in
            let root = world.call(World.home)
            let cookie = try await signIn(sessions, root.account.rawValue)
            try await LoginProfiles(root).delete("ann")
            #expect(try await sessions.find(cookie) == nil)
            try await Users(root).delete("ann")
            // Another of the same name is another.
            _ = try await Users(root).create("ann", path: "/")
            _ = try await LoginProfiles(root).create(for: "ann", password: Self.password, isResetRequired: false)
            #expect(try await sessions.find(cookie) == nil)
        }
    }

    @Test func aSessionEndsWithThePasswordOrTheKeyThatItWasBegunWith() async throws {
        try await Self.run { world, sessions, _ in
            let root = world.call(World.home)
            let cookie = try await signIn(sessions, root.account.rawValue)
            let made = try await UserAccessKeys(root).create(for: "ann")
            let byKey = try await sessions.signIn(accessKeyID: made.key.id, secret: made.secret, from: Self.browser)
            #expect(try await sessions.find(byKey) != nil)
            world.clock.advance(seconds: 1)
            try await LoginProfiles(root).update("ann", password: "Another-horse-2", isResetRequired: nil)
            #expect(try await sessions.find(cookie) == nil)
            #expect(try await sessions.find(byKey) != nil)
            try await UserAccessKeys(root).set(.inactive, of: made.key.id, of: "ann")
            #expect(try await sessions.find(byKey) == nil)
        }
    }

    @Test func whoActsAsARoleIsSomebodyElse() async throws {
        try await Self.run { world, _, ann in
            let root = world.call(World.home)
            let kinds: [Principal.Kind] = [
                .rootUser, .user(Principal.UserName(id: ann.id, path: ann.path, name: ann.name)),
                .role(Principal.RoleSession(id: "AROA1", path: "/", name: "role", session: "one")),
                .role(Principal.RoleSession(id: "AROA1", path: "/", name: "role", session: "two")),
                .federatedUser(name: "ann", of: nil),
            ]
            let people = Set(kinds.map { ConsoleSession.Person(Principal(account: root.account, accessKeyID: "", kind: $0)) })
            #expect(people.count == kinds.count)
        }
    }

    @Test func aLinkSignsInOnceAndSoon() async throws {
        try await Self.run { world, sessions, _ in
            let call = try await callByKey(of: "ann", world)
            let link = try await sessions.link(for: call)
            #expect(try await sessions.find(link) == nil)
            #expect(try await sessions.owner(ofLink: link)?.kind == call.principal.kind)
            let cookie = try await sessions.signIn(link: link, from: Self.browser)
            #expect(try await sessions.find(cookie)?.key.principal.kind == call.principal.kind)
            await expectRefusal(.linkOver) { _ = try await sessions.signIn(link: link, from: Self.browser) }
            let late = try await sessions.link(for: call)
            world.clock.advance(seconds: 120)
            await expectRefusal(.linkOver) { _ = try await sessions.signIn(link: late, from: Self.browser) }
            await expectRefusal(.linkOver) { _ = try await sessions.signIn(link: cookie, from: Self.browser) }
        }
    }

    @Test func oneSeesAndEndsOnesOwnSessionsAlone() async throws {
        try await Self.run { world, sessions, _ in
            let account = world.call(World.home).account.rawValue
            let (first, second) = (try await signIn(sessions, account), try await signIn(sessions, account))
            _ = try await Users(world.call(World.home)).create("bob", path: "/")
            let link = try await sessions.link(for: try await callByKey(of: "bob", world))
            let other = try await sessions.signIn(link: link, from: Self.browser)
            let own = try #require(try await sessions.find(first)?.session)
            #expect(
                try await Set(sessions.sessions(beside: own).map(\.id)) == [ConsoleSessions.id(of: first), ConsoleSessions.id(of: second)]
            )
            #expect(try await sessions.end(ConsoleSessions.id(of: other), of: own) == false)
            #expect(try await sessions.find(other) != nil)
            #expect(try await sessions.end(ConsoleSessions.id(of: second), of: own))
            #expect(try await sessions.find(second) == nil)
            try await sessions.end(own)
            #expect(try await sessions.find(first) == nil)
        }
    }

    @Test func aPasswordThatMustBeChangedIsBeforeAnybodyIsIn() async throws {
        try await Self.run { world, sessions, _ in
            let root = world.call(World.home)
            try await LoginProfiles(root).update("ann", password: nil, isResetRequired: true)
            let account = root.account.rawValue
            await expectRefusal(.mustChangePassword) { _ = try await signIn(sessions, account) }
            let cookie = try await sessions.signIn(
                account: account,
                user: "ann",
                password: Self.password,
                new: "Another-horse-2",
                from: Self.browser
            )
            #expect(try await sessions.find(cookie) != nil)
            await expectRefusal(.wrong) { _ = try await signIn(sessions, account) }
            _ = try await signIn(sessions, account, password: "Another-horse-2")
        }
    }

    @Test func aPersonHasOnlySoManySessions() async throws {
        try await World.withAccounts { world in
            let account = world.call(World.home).account
            for number in 1...4 {
                let row = Self.row(number, of: account, at: world.clock.now)
                try await world.deployment.directory.write { try ConsoleSessionTable($0).insert(row, max: 3) }
            }
            let left = try await world.deployment.directory.read {
                try ConsoleSessionTable($0).sessions(of: ConsoleSession.Person(account: account, name: "root"))
            }
            #expect(left.map(\.id) == ["4", "3", "2"])
            try await world.deployment.directory.write { [now = world.clock.now] in try ConsoleSessionTable($0).deleteExpired(at: now + 60)
            }
            #expect(try await world.deployment.directory.read { try ConsoleSessionTable($0).find("4") } == nil)
        }
    }

    private static func row(_ number: Int, of account: AccountID, at date: Date) -> ConsoleSession {
        ConsoleSession(
            id: "\(number)",
            person: ConsoleSession.Person(account: account, name: "root"),
            basis: .temporaryKeys,
            keys: ConsoleSession.Keys(accessKeyID: "ASIA", token: "token"),
            address: "",
            userAgent: "",
            createdAt: date + Double(number),
            seenAt: date,
            expiresAt: date + 60
        )
    }
}

@Suite struct SignInLimitTests {
    @Test func aNameIsTriedTenTimesAndThenOnceInTenSeconds() {
        let time = ManualClock()
        let limit = SignInLimit(clock: time.steadyClock)
        // However it is spelled, it is one name.
        let admitted = { (0..<20).count { limit.admits($0 % 2 == 0 ? "ann" : "ANN", of: "shop", from: "192.0.2.1") } }
        #expect(admitted() == 10)
        time.advance(by: .seconds(10))
        #expect(admitted() == 1)
        #expect(limit.admits("bob", of: "shop", from: "192.0.2.1"))
        // From elsewhere it is still let in, though not without end.
        #expect(limit.admits("ann", of: "shop", from: "198.51.100.1"))
        #expect((0..<200).count { limit.admits("ann", of: "shop", from: "203.0.\($0).1") } < 100)
    }

    @Test func aNetworkTriesSixtyTimesAndThenOnceASecond() {
        let time = ManualClock()
        let limit = SignInLimit(clock: time.steadyClock)
        // All of one network of IPv6 are one.
        #expect((0..<100).count { limit.admits("\($0)", of: "shop", from: "2001:db8::\($0)") } == 60)
        time.advance(by: .seconds(1))
        #expect((0..<100).count { limit.admits("\($0)", of: "shop", from: "2001:db8::\($0)") } == 1)
        #expect(limit.admits("ann", of: "shop", from: "192.0.2.1"))
    }
}
