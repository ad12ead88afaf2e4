import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Sessions of the console that act as a role, that others end, and that a policy keeps from a new password.
@Suite struct ConsoleRolesTests {
    private static let browser = ConsoleSessions.Browser(address: "192.0.2.7", userAgent: "a browser")
    private static let password = "Correct-horse-1"
    private static let trust = #"""
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}
        """#

    private struct Signed {
        let world: World
        let sessions: ConsoleSessions
        let ann: IAMIdentity
        let role: IAMIdentity
        let cookie: String

        var root: Call { world.call(World.home) }

        func signIn(new: String? = nil) async throws -> String {
            let account = root.account.rawValue
            return try await sessions.signIn(account: account, user: "ann", password: password, new: new, from: browser)
        }

        /// As the page does it: temporary keys of the role for who has signed in.
        func switchRole(seconds: Int = 3600) async throws {
            let found = try #require(try await sessions.find(cookie))
            let call = Call(
                principal: found.asPerson.key.principal,
                session: found.asPerson.key.session,
                store: try #require(world.deployment.regions[World.home]),
                deployment: world.deployment,
                host: ""
            )
            let arn = try #require(RoleARN(role.arn(in: "aws").description))
            let keys = try await SecurityTokens(call).assume(RoleAssumption(role: arn, sessionName: "ann", seconds: seconds))
            let kept = ConsoleSession.Keys(accessKeyID: keys.accessKeyID, token: keys.sessionToken)
            try await sessions.set(role: kept, of: found.session)
        }

        func actsAsRole() async throws -> Bool? {
            guard let found = try await sessions.find(cookie) else { return nil }
            if case .role = found.key.principal.kind { return true }
            return false
        }
    }

    private func run(_ body: (Signed) async throws -> Void) async throws {
        try await World.withAccounts { world in
            let root = world.call(World.home)
            let ann = try await Users(root).create("ann", path: "/")
            _ = try await LoginProfiles(root).create(for: "ann", password: Self.password, isResetRequired: false)
            let role = try await Roles(root).create(Roles.Request(name: "reader", path: "/", trust: Self.trust, sessionSeconds: 43_200))
            let sessions = ConsoleSessions(world.deployment)
            let cookie = try await sessions.signIn(
                account: root.account.rawValue,
                user: "ann",
                password: Self.password,
                new: nil,
                from: Self.browser
            )
            try await body(Signed(world: world, sessions: sessions, ann: ann, role: role, cookie: cookie))
        }
    }

    @Test func thePagesActAsTheRoleAndThenAsThePersonAgain() async throws {
        try await run { signed in
            try await signed.switchRole()
            let found = try #require(try await signed.sessions.find(signed.cookie))
            #expect(found.key.principal.kind != found.asPerson.key.principal.kind)
            #expect(found.session.person == ConsoleSession.Person(found.asPerson.key.principal))
            #expect(try await signed.actsAsRole() == true)
            try await signed.sessions.set(role: nil, of: found.session)
            #expect(try await signed.actsAsRole() == false)
        }
    }

    @Test func theRolesSessionIsOverBeforeThePersons() async throws {
        try await run { signed in
            try await signed.switchRole()
            signed.world.clock.advance(seconds: 3599)
            #expect(try await signed.actsAsRole() == true)
            signed.world.clock.advance(seconds: 1)
            // One is oneself again, and stays so.
            #expect(try await signed.actsAsRole() == false)
            #expect(try await signed.sessions.find(signed.cookie)?.session.role == nil)
        }
    }

    @Test func theRolesSessionNeverOutlivesThePersons() async throws {
        try await run { signed in
            signed.world.clock.advance(seconds: 12 * 3600 - 60)
            try await signed.switchRole(seconds: 43_200)
            #expect(try await signed.actsAsRole() == true)
            signed.world.clock.advance(seconds: 60)
            #expect(try await signed.actsAsRole() == nil)
        }
    }

    @Test func itEndsWithWhatThePersonsWasBegunWith() async throws {
        try await run { signed in
            try await signed.switchRole()
            signed.world.clock.advance(seconds: 1)
            try await LoginProfiles(signed.root).update("ann", password: "Another-horse-2", isResetRequired: nil)
            #expect(try await signed.actsAsRole() == nil)
        }
        try await run { signed in
            try await signed.switchRole()
            let found = try #require(try await signed.sessions.find(signed.cookie))
            try await signed.sessions.end(found.session)
            #expect(try await signed.actsAsRole() == nil)
        }
    }

    @Test func whoseRoleIsGoneIsOneselfAgain() async throws {
        try await run { signed in
            try await signed.switchRole()
            try await Roles(signed.root).delete("reader")
            #expect(try await signed.actsAsRole() == false)
        }
    }

    @Test func othersSeeAndEndTheSessionsOfAUser() async throws {
        try await run { signed in
            let (sessions, root) = (signed.sessions, signed.root)
            let second = try await signed.signIn()
            let ids = Set([signed.cookie, second].map(ConsoleSessions.id))
            #expect(try await Set(sessions.sessions(ofUser: "ann", for: root).map(\.id)) == ids)
            await #expect(throws: Fault.self) { _ = try await sessions.sessions(ofUser: "bob", for: root) }
            _ = try await Users(root).create("bob", path: "/")
            #expect(try await sessions.sessions(ofUser: "bob", for: root).isEmpty)
            // Another's session is none of bob's.
            await #expect(throws: Fault.self) { _ = try await sessions.end(ConsoleSessions.id(of: second), ofUser: "bob", for: root) }
            #expect(try await sessions.end(nil, ofUser: "bob", for: root) == 0)
            #expect(try await sessions.find(second) != nil)
            #expect(try await sessions.end(ConsoleSessions.id(of: second), ofUser: "ann", for: root) == 1)
            #expect(try await sessions.find(second) == nil)
            #expect(try await sessions.find(signed.cookie) != nil)
            let link = try await sessions.link(for: signed.world.call(by: signed.ann))
            #expect(try await sessions.end(nil, ofUser: "ann", for: root) == 2)
            #expect(try await sessions.find(signed.cookie) == nil)
            await #expect(throws: ConsoleSessions.Refusal.linkOver) { _ = try await sessions.signIn(link: link, from: Self.browser) }
        }
    }

    @Test func thoseOfAnotherAccountAreNobodysToEnd() async throws {
        try await run { signed in
            let stranger = signed.world.call(World.home, by: World.stranger)
            _ = try await Users(stranger).create("ann", path: "/")
            #expect(try await signed.sessions.sessions(ofUser: "ann", for: stranger).isEmpty)
            #expect(try await signed.sessions.end(nil, ofUser: "ann", for: stranger) == 0)
            #expect(try await signed.sessions.find(signed.cookie) != nil)
        }
    }

    /// Nobody needs to be allowed to set the password that must be set; who is denied it is, and is told so before anything is changed.
    @Test func aPolicyKeepsFromANewPassword() async throws {
        try await run { signed in
            let root = signed.root
            try await LoginProfiles(root).update("ann", password: nil, isResetRequired: true)
            let deny = #"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:ChangePassword","Resource":"*"}}"#
            try await InlinePolicies(root).put(InlinePolicy(name: "deny", document: deny), into: .user, "ann")
            for new in [nil, "Another-horse-2"] {
                do {
                    _ = try await signed.signIn(new: new)
                    Issue.record("the password was changed")
                } catch ConsoleSessions.Refusal.mayNotChangePassword(let reason) {
                    #expect(reason.contains("iam:ChangePassword") && reason.contains("explicit deny"))
                }
            }
            try await InlinePolicies(root).delete("deny", of: .user, "ann")
            await #expect(throws: ConsoleSessions.Refusal.mustChangePassword) { _ = try await signed.signIn() }
            #expect(try await signed.sessions.find(try await signed.signIn(new: "Another-horse-2")) != nil)
        }
    }
}
