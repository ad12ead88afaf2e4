import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

@Suite struct RootAccountTests {
    private func prepare(_ world: World, _ environment: [String: String] = [:]) async throws -> RootAccount {
        try await RootAccount.prepare(
            in: world.deployment.secrets,
            folder: world.folder,
            override: RootAccount.Override(
                environment: environment,
                secretAccessKey: environment["FERRY_ROOT_SECRET_ACCESS_KEY"]
            ),
            clock: world.clock.wallClock
        )
    }

    @Test func theFirstStartMakesAnAccountAndTheNextKeepsIt() async throws {
        try await World.run { world in
            let first = try await prepare(world)
            #expect(first.accessKeyID.wholeMatch(of: /AKIA[A-Z2-7]{16}/) != nil)
            #expect(first.secretAccessKey.wholeMatch(of: /[A-Za-z0-9+\/]{40}/) != nil)
            world.clock.advance(seconds: 60)
            // Empty variables are as good as none.
            let second = try await prepare(world, ["FERRY_ROOT_ACCOUNT_ID": "", "FERRY_ROOT_ACCESS_KEY_ID": ""])
            #expect(second.account == first.account)
            #expect(second.accessKeyID == first.accessKeyID)
            #expect(second.secretAccessKey == first.secretAccessKey)
            #expect((first.change, second.change) == (.made, .none))

            let found = try #require(try await world.deployment.accessKeys.find(first.accessKeyID))
            #expect(found.principal == Principal(account: first.account, accessKeyID: first.accessKeyID))
            #expect(found.secret == first.secretAccessKey)
            #expect(try await world.deployment.accessKeys.find("AKIAUNKNOWN") == nil)
        }
    }

    @Test func twoFoldersHaveDifferentKeys() async throws {
        try await World.run { one in
            try await World.run { other in
                let (first, second) = (try await prepare(one), try await prepare(other))
                #expect(first.accessKeyID != second.accessKeyID)
                #expect(first.secretAccessKey != second.secretAccessKey)
            }
        }
    }

    @Test func theOperatorsSettingsWin() async throws {
        try await World.run { world in
            let all = try await prepare(
                world,
                [
                    "FERRY_ROOT_ACCOUNT_ID": "000000000001", "FERRY_ROOT_ACCESS_KEY_ID": "AKIDEXAMPLE",
                    "FERRY_ROOT_SECRET_ACCESS_KEY": "secret",
                ]
            )
            #expect(all.account == known("000000000001"))
            #expect(all.accessKeyID == "AKIDEXAMPLE")
            #expect(all.secretAccessKey == "secret")
            let keys = world.accessKeys()
            #expect(try await keys.find("AKIDEXAMPLE")?.principal.account == known("000000000001"))
            // A new secret for a key replaces its old one.
            let changed = try await prepare(
                world,
                ["FERRY_ROOT_ACCOUNT_ID": "000000000001", "FERRY_ROOT_SECRET_ACCESS_KEY": "another"]
            )
            #expect(changed.accessKeyID == "AKIDEXAMPLE" && changed.change == .replaced([]))
            #expect(try await keys.find("AKIDEXAMPLE")?.secret == "another")
            // A key that is new gets a secret of its own, not that of another key.
            let fresh = try await prepare(world, ["FERRY_ROOT_ACCOUNT_ID": "000000000001", "FERRY_ROOT_ACCESS_KEY_ID": "AKIDFRESH"])
            #expect(fresh.secretAccessKey != "another" && fresh.change == .replaced(["AKIDEXAMPLE"]))
            // A key that the operator sets takes the one before it out of use.
            #expect(try await keys.find("AKIDEXAMPLE") == nil)
        }
    }

    @Test func aFolderKeepsItsAccount() async throws {
        try await World.run { world in
            let made = try await prepare(world)
            await #expect(throws: RootAccountError.self) { try await prepare(world, ["FERRY_ROOT_ACCOUNT_ID": "000000000001"]) }
            #expect(try await prepare(world, ["FERRY_ROOT_ACCOUNT_ID": made.account.rawValue]).accessKeyID == made.accessKeyID)
        }
    }

    @Test func whoHasTheRootKeyGetsANewAccessKey() async throws {
        try await KeptFolder.run { kept in
            var first: RootAccount?
            try await kept.serving { world in first = try await prepare(world) }
            let old = try #require(first)
            let file = kept.folder.path + "/other.key"
            try kept.write(Array((String(repeating: "ab", count: 32) + "\n").utf8), to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            await #expect(throws: (any Error).self) {
                _ = try await RootAccount.makeKey(in: kept.folder, rootKey: .file(file), logger: kept.log.logger)
            }
            kept.clock.advance(seconds: 1)
            let made = try await RootAccount.makeKey(
                in: kept.folder,
                rootKey: .dataFolder,
                clock: kept.clock.wallClock,
                logger: kept.log.logger
            )
            #expect(made.account == old.account && made.accessKeyID != old.accessKeyID)
            #expect(kept.log.entries.contains { $0.metadata["access_key"] == made.accessKeyID })
            #expect(!kept.log.entries.contains { "\($0)".contains(made.secretAccessKey) })
            #expect(try String(contentsOfFile: kept.folder.credentials, encoding: .utf8).contains(made.secretAccessKey))
            kept.clock.advance(seconds: 1)
            // There are two at most: a third takes the place of the oldest.
            let third = try await RootAccount.makeKey(
                in: kept.folder,
                rootKey: .dataFolder,
                clock: kept.clock.wallClock,
                logger: kept.log.logger
            )
            try await kept.serving { world in
                let keys = world.deployment.accessKeys
                let gone = try await keys.find(old.accessKeyID)
                let kept = try await keys.find(made.accessKeyID)
                let newest = try await keys.find(third.accessKeyID)
                #expect(gone == nil)
                #expect(kept?.secret == made.secretAccessKey)
                #expect(newest?.principal.account == old.account)
                // The newest one is what tools find.
                let found = try await prepare(world).accessKeyID
                #expect(found == third.accessKeyID)
            }
        }
    }

    @Test(arguments: [("FERRY_ROOT_ACCESS_KEY_ID", "a/b"), ("FERRY_ROOT_SECRET_ACCESS_KEY", "two\nlines")])
    func aKeyThatNobodyCanSignWithIsRefused(name: String, value: String) async throws {
        try await World.run { world in
            await #expect(throws: RootAccountError.self) { try await prepare(world, [name: value]) }
        }
    }

    @Test(arguments: ["1", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"])
    func anAccountIDHasTwelveDigits(text: String) async throws {
        try await World.run { world in
            await #expect(throws: RootAccountError.self) { try await prepare(world, ["FERRY_ROOT_ACCOUNT_ID": text]) }
            #expect(!FileManager.default.fileExists(atPath: world.folder.credentials))
        }
    }

    @Test func theKeyIsWrittenWhereToolsFindItAndNobodyElse() async throws {
        try await World.run { world in
            _ = try await prepare(world)
            let root = try await prepare(world, ["FERRY_ROOT_SECRET_ACCESS_KEY": "chosen"])
            let text = try String(contentsOfFile: world.folder.credentials, encoding: .utf8)
            #expect(
                text == """
                    # account \(root.account)
                    [default]
                    aws_access_key_id = \(root.accessKeyID)
                    aws_secret_access_key = chosen

                    """
            )
            let attributes = try FileManager.default.attributesOfItem(atPath: world.folder.credentials)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let names = try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
            #expect(!names.contains { $0.hasSuffix(".partial") })
        }
    }
}
