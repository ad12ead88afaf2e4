import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Users and groups of an account, and what hangs on them.
@Suite struct UsersTests {
    @Test func namesAreTheSameInCapitalsAndKeepThem() async throws {
        try await World.withAccounts { world in
            let users = Users(world.call(World.home))
            let made = try await users.create("Ann", path: "/team/")
            let fault = await expectFault(.entityAlreadyExists) { _ = try await users.create("ANN", path: "/") }
            #expect(fault?.message == "User with name ANN already exists.")
            guard case .user(let found) = try await users.describe("ann").subject else { throw Unexpected() }
            #expect(found == made)
            #expect(found.arn(in: "aws").description == "arn:aws:iam::\(World.account):user/team/Ann")
        }
    }

    @Test func anotherAccountsUsersAreNotFound() async throws {
        try await World.withAccounts { world in
            let (own, other) = (Users(world.call(World.home)), Users(world.call(World.home, by: World.stranger)))
            _ = try await own.create("ann", path: "/")
            await expectFault(.noSuchEntity) { _ = try await other.describe("ann") }
            await expectFault(.noSuchEntity) { try await other.update("ann", newName: "eve", newPath: nil) }
            await expectFault(.noSuchEntity) { try await other.delete("ann") }
            // The same name is free there.
            let others = try await other.create("ann", path: "/")
            _ = try await Groups(world.call(World.home)).create("staff", path: "/")
            await expectFault(.noSuchEntity) { try await Groups(world.call(World.home, by: World.stranger)).add("ann", to: "staff") }
            #expect(
                try await IAMIdentities(world.call(World.home)).list(.user, pathPrefix: nil, IAMPageRequest()).elements.map(\.id) != [
                    others.id
                ]
            )
        }
    }

    @Test func aRenameKeepsWhatHangsOnTheUser() async throws {
        try await World.withAccounts { world in
            let call = world.call(World.home)
            let (users, groups, keys) = (Users(call), Groups(call), UserAccessKeys(call))
            let ann = try await users.create("ann", path: "/")
            _ = try await users.create("bob", path: "/")
            _ = try await groups.create("staff", path: "/")
            try await groups.add("ann", to: "staff")
            let key = try await keys.create(for: "ann").key
            await expectFault(.entityAlreadyExists) { try await users.update("ann", newName: "BOB", newPath: nil) }
            // Other capitals are a rename too.
            try await users.update("ann", newName: "Ann", newPath: nil)
            try await users.update("ann", newName: "zoe", newPath: "/moved/")
            await expectFault(.noSuchEntity) { _ = try await users.describe("ann") }
            #expect(try await users.groups(of: "zoe", IAMPageRequest()).elements.map(\.name) == ["staff"])
            let signer = try #require(try await world.deployment.accessKeys.find(key.id))
            #expect(signer.principal.arn(in: "aws") == "arn:aws:iam::\(World.account):user/moved/zoe")
            #expect(signer.principal.userID == ann.id)
        }
    }

    @Test func whatHangsOnAUserKeepsIt() async throws {
        try await World.withAccounts { world in
            let call = world.call(World.home)
            let (users, groups, keys) = (Users(call), Groups(call), UserAccessKeys(call))
            let ann = try await users.create("ann", path: "/", tags: [Tag(key: "team", value: "a")])
            _ = try await groups.create("staff", path: "/")
            let key = try await keys.create(for: "ann").key
            try await groups.add("ann", to: "staff")
            try await world.deployment.directory.write { transaction in
                try IAMPasswordTable(transaction).set(.sample(of: ann.id))
                try transaction.execute(
                    "INSERT INTO iam_attachments (identity_id, policy, attached_at) VALUES (?, ?, ?)",
                    [.text(ann.id), .text("arn:aws:iam::aws:policy/ReadOnlyAccess"), .integer(0)]
                )
                try transaction.execute(
                    "INSERT INTO iam_inline_policies (identity_id, name, document) VALUES (?, ?, ?)",
                    [.text(ann.id), .text("p"), .text("{}")]
                )
            }
            func refused(_ remedy: String) async {
                let fault = await expectFault(.deleteConflict) { try await users.delete("ann") }
                #expect(fault?.message == "Cannot delete entity, must \(remedy) first.")
            }
            await refused("delete access keys")
            try await keys.delete(key.id, of: "ann")
            await refused("delete login profile")
            try await LoginProfiles(call).delete("ann")
            await refused("remove users from group")
            await expectFault(.deleteConflict) { try await groups.delete("staff") }
            try await groups.remove("ann", from: "staff")
            await refused("detach all policies")
            try await world.deployment.directory.write { _ = try $0.execute("DELETE FROM iam_attachments") }
            await refused("delete policies")
            try await world.deployment.directory.write { _ = try $0.execute("DELETE FROM iam_inline_policies") }
            try await users.delete("ann")
            try await groups.delete("staff")
            // Nothing of the user stays.
            let left = try await world.deployment.directory.read { transaction in
                try ["iam_tags", "iam_former_passwords", "iam_group_members", "access_keys"].flatMap {
                    try transaction.rows("SELECT 1 AS found FROM \($0)")
                }.count
            }
            #expect(left == 0)
        }
    }

    @Test func aPageReadsNoMoreThanItAnswersAndIsOfItsListingAlone() async throws {
        try await World.withAccounts { world in
            let call = world.call(World.home)
            let users = Users(call)
            for number in 0..<7 { _ = try await users.create("u\(number)", path: number.isMultiple(of: 2) ? "/even/" : "/odd/") }
            let identities = IAMIdentities(call)
            var (names, marker, pages): ([String], String?, Int) = ([], nil, 0)
            repeat {
                let page = try await identities.list(.user, pathPrefix: "/even/", IAMPageRequest(maxItems: 3, marker: marker))
                names += page.elements.map(\.name)
                (marker, pages) = (page.nextToken, pages + 1)
            } while marker != nil
            #expect(names == ["u0", "u2", "u4", "u6"] && pages == 2)
            let other = try await identities.list(.user, pathPrefix: nil, IAMPageRequest(maxItems: 1)).nextToken
            await expectFault(.invalidInput) {
                _ = try await identities.list(.user, pathPrefix: "/even/", IAMPageRequest(marker: other))
            }
            let stranger = IAMIdentities(world.call(World.home, by: World.stranger))
            await expectFault(.invalidInput) { _ = try await stranger.list(.user, pathPrefix: nil, IAMPageRequest(marker: other)) }
        }
    }

    @Test func quotasAreObeyed() async throws {
        try await World.withAccounts { world in
            let call = world.call(World.home)
            let groups = Groups(call)
            _ = try await Users(call).create("ann", path: "/")
            for number in 0...Users.groupsMax { _ = try await groups.create("g\(number)", path: "/") }
            for number in 0..<Users.groupsMax { try await groups.add("ann", to: "g\(number)") }
            // One that it is in already costs nothing.
            try await groups.add("ann", to: "g0")
            let fault = await expectFault(.limitExceeded) { try await groups.add("ann", to: "g\(Users.groupsMax)") }
            #expect(fault?.message == "Cannot exceed quota for GroupsPerUser: 10")
            #expect(try await Users(call).groups(of: "ann", IAMPageRequest()).elements.count == Users.groupsMax)
            try await world.deployment.directory.write { transaction in
                for number in 0..<Quota.users.standard - 1 {
                    try transaction.execute(
                        """
                        INSERT INTO iam_identities (id, account, kind, name, lower_name, path, description, created_at)
                        VALUES (?, ?, 'user', ?, ?, '/', '', 0)
                        """,
                        [.text("AIDA\(number)"), .text(World.account), .text("n\(number)"), .text("n\(number)")]
                    )
                }
            }
            let full = await expectFault(.limitExceeded) { _ = try await Users(call).create("zoe", path: "/") }
            #expect(full?.message == "Cannot exceed quota for UsersPerAccount: 5000")
        }
    }

    @Test func tagsHaveTheirLimitOverCalls() async throws {
        try await World.withAccounts { world in
            let call = world.call(World.home)
            _ = try await Users(call).create("ann", path: "/", tags: (0..<50).map { Tag(key: "k\($0)", value: "") })
            let identities = IAMIdentities(call)
            await expectFault(.limitExceeded) { try await identities.tag(.user, "ann", with: [Tag(key: "more", value: "")]) }
            try await identities.tag(.user, "ann", with: [Tag(key: "K1", value: "new")])
            try await identities.untag(.user, "ann", keys: ["K0", "none"])
            let tags = try await identities.describe(.user, "ann").tags
            #expect(tags.count == 49 && tags.contains(Tag(key: "K1", value: "new")) && !tags.contains { $0.key == "k0" })
        }
    }
}

private struct Unexpected: Error {}

extension LoginProfileRow {
    static func sample(of user: String) -> LoginProfileRow {
        LoginProfileRow(
            userID: user,
            salt: [1],
            rounds: 16,
            hash: [2],
            isResetRequired: false,
            changedAt: .distantPast,
            createdAt: .distantPast
        )
    }
}
