import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Who an access key belongs to, and from when on it is nobody's.
@Suite struct AccessKeysTests {
    @Test func aUsersKeyLeadsToTheUser() async throws {
        try await World.withAccounts { world in
            let ann = try await Users(world.call(World.home)).create("ann", path: "/team/")
            let made = try await UserAccessKeys(world.call(World.home)).create(for: "ann")
            #expect(made.key.id.wholeMatch(of: /AKIA[A-Z2-7]{16}/) != nil && made.secret.utf8.count == 40)
            let found = try #require(try await world.accessKeys().find(made.key.id))
            #expect(found.secret == made.secret)
            #expect(found.principal.arn(in: "aws") == "arn:aws:iam::\(World.account):user/team/ann" && found.principal.userID == ann.id)
            // The secret alone is not in the database.
            let sealed = try await world.deployment.directory.read { try AccessKeyTable($0).signer(made.key.id).key?.sealed }
            #expect(try !#require(sealed).contains(Array(made.secret.utf8)))
        }
    }

    /// Found once and remembered: each of these must be noticed all the same.
    @Test func aKeyThatMayNotSignIsNotFoundAnyMore() async throws {
        try await World.withAccounts { world in
            let call = world.call(World.home)
            let (keys, finder) = (UserAccessKeys(call), world.accessKeys())
            _ = try await Users(call).create("ann", path: "/")
            let (first, second) = (try await keys.create(for: "ann").key.id, try await keys.create(for: "ann").key.id)
            for id in [first, second, first] { #expect(try await finder.find(id) != nil) }
            try await keys.set(.inactive, of: first, of: "ann")
            #expect(try await finder.find(first) == nil)
            #expect(try await finder.find(second) != nil)
            try await keys.set(.active, of: first, of: "ann")
            #expect(try await finder.find(first) != nil)
            try await keys.delete(first, of: "ann")
            #expect(try await finder.find(first) == nil)
        }
    }

    @Test func whatIsRememberedCostsOneStatement() async throws {
        try await World.withAccounts { world in
            _ = try await Users(world.call(World.home)).create("ann", path: "/")
            let id = try await UserAccessKeys(world.call(World.home)).create(for: "ann").key.id
            let finder = world.accessKeys()
            let statistics = world.deployment.directory.statistics
            for _ in 0..<2 {
                let before = statistics.counts.statements
                #expect(try await finder.find(id) != nil)
                #expect(statistics.counts.statements == before + 1)
            }
        }
    }

    @Test func twoKeysAUserAndTwoOfTheRootUser() async throws {
        try await World.withAccounts { world in
            let keys = UserAccessKeys(world.call(World.home))
            _ = try await Users(world.call(World.home)).create("ann", path: "/")
            for user in ["ann", nil] {
                let made = [try await keys.create(for: user).key, try await keys.create(for: user).key]
                let fault = await expectFault(.limitExceeded) { _ = try await keys.create(for: user) }
                #expect(fault?.message == "Cannot exceed quota for AccessKeysPerUser: 2")
                #expect(Set(try await keys.list(of: user).keys) == Set(made))
            }
        }
    }

    @Test func whoNamesNobodyMeansItself() async throws {
        try await World.withAccounts { world in
            let ann = try await Users(world.call(World.home)).create("ann", path: "/")
            let own = UserAccessKeys(world.call(by: ann))
            let key = try await own.create(for: nil)
            #expect(key.user == .user(ann) && key.key.userID == ann.id)
            #expect(try await UserAccessKeys(world.call(World.home)).list(of: nil).keys.isEmpty)
            // A key is not another user's, nor another account's.
            _ = try await Users(world.call(World.home)).create("bob", path: "/")
            await expectFault(.noSuchEntity) { try await own.delete(key.key.id, of: "bob") }
            let stranger = UserAccessKeys(world.call(World.home, by: World.stranger))
            await expectFault(.noSuchEntity) { try await stranger.delete(key.key.id, of: nil) }
            await expectFault(.noSuchEntity) { _ = try await stranger.lastUse(of: key.key.id) }
        }
    }

    @Test func theLastUseIsNotedOnceAMinuteWithoutDisturbingWhatIsRemembered() async throws {
        try await World.withAccounts { world in
            let keys = UserAccessKeys(world.call(World.home))
            let id = try await keys.create(for: nil).key.id
            let finder = world.accessKeys()
            let version = try #require(try await finder.find(id)).version
            #expect(try await keys.lastUse(of: id).use == nil)
            let first = world.clock.now
            await finder.noteUse(of: id, for: "ec2", in: World.home)?.value
            #expect(try await keys.lastUse(of: id).use?.date == first)
            world.clock.advance(seconds: 59)
            #expect(finder.noteUse(of: id, for: "s3", in: World.away) == nil)
            world.clock.advance(seconds: 1)
            let second = world.clock.now
            await finder.noteUse(of: id, for: "kms", in: World.away)?.value
            #expect(try await keys.lastUse(of: id).use == AccessKey.Use(date: second, region: "eu-west-1", service: "kms"))
            #expect(try #require(try await finder.find(id)).version == version)
        }
    }

    /// The operator's key takes the place of the root user's, and of nobody else's.
    @Test func aNewRootKeyLeavesTheKeysOfUsers() async throws {
        try await World.withAccounts { world in
            _ = try await Users(world.call(World.home)).create("ann", path: "/")
            let keys = UserAccessKeys(world.call(World.home))
            let (users, root) = (try await keys.create(for: "ann").key.id, try await keys.create(for: nil).key.id)
            _ = try await RootAccount.prepare(
                in: world.deployment.secrets,
                folder: world.folder,
                override: RootAccount.Override(
                    environment: ["FERRY_ROOT_ACCOUNT_ID": World.account.rawValue, "FERRY_ROOT_ACCESS_KEY_ID": "AKIAOPERATOR"],
                    secretAccessKey: "secret"
                ),
                clock: world.clock.wallClock
            )
            #expect(try await world.deployment.accessKeys.find(users) != nil)
            #expect(try await world.deployment.accessKeys.find(root) == nil)
            #expect(try await world.deployment.accessKeys.find("AKIAOPERATOR") != nil)
        }
    }
}
