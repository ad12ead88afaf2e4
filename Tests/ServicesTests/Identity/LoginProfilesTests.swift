import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Passwords of users: what is asked of them, and that nobody changes another's.
@Suite struct LoginProfilesTests {
    @Test func aUserChangesItsOwnPasswordAndMayNotGoBack() async throws {
        try await World.withAccounts { world in
            let root = world.call(World.home)
            let ann = try await Users(root).create("ann", path: "/")
            var policy = PasswordPolicy()
            policy.reusePrevention = 2
            try await AccountSettings(root).setPasswordPolicy(policy)
            let profiles = LoginProfiles(root)
            _ = try await profiles.create(for: "ann", password: "first-1", isResetRequired: true)
            await expectFault(.entityAlreadyExists) {
                _ = try await profiles.create(for: "ann", password: "again-1", isResetRequired: false)
            }
            let own = LoginProfiles(world.call(by: ann))
            await expectFault(.accessDenied) { try await own.change(from: "wrong-1", to: "second-1") }
            await expectFault(.passwordPolicyViolation) { try await own.change(from: "first-1", to: "short") }
            await expectFault(.passwordPolicyViolation) { try await own.change(from: "first-1", to: "first-1") }
            world.clock.advance(seconds: 1)
            try await own.change(from: "first-1", to: "second-1")
            #expect(try await !profiles.describe("ann").isResetRequired)
            await expectFault(.passwordPolicyViolation) { try await own.change(from: "second-1", to: "first-1") }
            world.clock.advance(seconds: 1)
            try await own.change(from: "second-1", to: "third-1")
            world.clock.advance(seconds: 1)
            // Two were to be remembered, and this was the third last.
            try await own.change(from: "third-1", to: "first-1")
            await expectFault(.invalidUserType) { try await profiles.change(from: "first-1", to: "other-1") }
        }
    }

    @Test func whoHasNoPasswordSaysSo() async throws {
        try await World.withAccounts { world in
            let profiles = LoginProfiles(world.call(World.home))
            _ = try await Users(world.call(World.home)).create("ann", path: "/")
            for name in ["ann", nil, "nobody"] {
                await expectFault(.noSuchEntity) { _ = try await profiles.describe(name) }
                await expectFault(.noSuchEntity) { try await profiles.delete(name) }
            }
            await expectFault(.noSuchEntity) { try await profiles.update("ann", password: "Abcdef12", isResetRequired: nil) }
            await expectFault(.passwordPolicyViolation) {
                _ = try await profiles.create(for: "ann", password: "abcdef", isResetRequired: false)
            }
            await expectFault(.noSuchEntity) { _ = try await profiles.describe("ann") }
        }
    }

    @Test func anAliasIsOneForAllAccountsAndOneOfEach() async throws {
        try await World.withAccounts { world in
            let own = AccountSettings(world.call(World.home))
            let other = AccountSettings(world.call(World.home, by: World.stranger))
            try await own.setAlias("shop")
            await expectFault(.entityAlreadyExists) { try await other.setAlias("shop") }
            await expectFault(.noSuchEntity) { try await other.deleteAlias("shop") }
            try await own.setAlias("store")
            #expect(try await own.alias() == "store")
            try await other.setAlias("shop")
            try await own.deleteAlias("store")
            #expect(try await own.alias() == nil)
        }
    }

    @Test func theReportNamesEveryUserWithItsCredentials() async throws {
        try await World.withAccounts { world in
            let call = world.call(World.home)
            _ = try await Users(call).create("a,b", path: "/")
            let key = try await UserAccessKeys(call).create(for: "a,b").key
            try await UserAccessKeys(call).set(.inactive, of: key.id, of: "a,b")
            _ = try await LoginProfiles(call).create(for: "a,b", password: "Abcdef12", isResetRequired: false)
            _ = try await UserAccessKeys(world.call(World.home, by: World.stranger)).create(for: nil)
            let lines = try await CredentialReport(of: call).csv.split(separator: "\n").map(String.init)
            #expect(lines.count == 3)
            #expect(lines[0].split(separator: ",").count == 22)
            #expect(lines[1].hasPrefix("<root_account>,arn:aws:iam::\(World.account):root,") && !lines[1].contains("true"))
            #expect(lines[2].hasPrefix("\"a,b\",\"arn:aws:iam::\(World.account):user/a,b\",") && lines[2].contains(",true,no_information,"))
        }
    }
}
