import Domain
import Services
import TestSupport
import Testing

/// What an account that is closed has shared, and what is shared with it.
@Suite(.againstHangs) struct ClosedAccountsTests {
    /// A world with a member account that has an image over a snapshot, both shared with everybody.
    private func run(_ body: (World, Organizations, AccountID, ImageID, SnapshotID) async throws -> Void) async throws {
        try await World.run { world in
            try await world.foundOrganization()
            try await world.reconciling {
                let organizations = Organizations(world.call(World.home))
                let member = try await organizations.newAccount("member")
                let theirs = world.call(World.home, by: member)
                let source = try await world.snapshot([0: 1])
                try await world.share(source, with: [.account(member)])
                let snapshot = try await Snapshots(theirs).copy(.of(source))
                try await until("it is copied") { try await Snapshots(theirs).snapshot(snapshot.rawValue).state == .completed }
                let image = try await Images(theirs).register(.over([snapshot], name: "theirs"))
                let everybody = try SharingChange(adding: [.everyone, .account(World.account)], removing: [])
                try await Images(theirs).share(image.rawValue, everybody)
                try await Snapshots(theirs).share(snapshot.rawValue, everybody)
                try await body(world, organizations, member, image, snapshot)
            }
        }
    }

    @Test func whatItHasSharedIsThereForNobody() async throws {
        try await run { world, organizations, member, image, snapshot in
            let (images, page) = (world.images(World.home), BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil))
            let over = try await world.register("over", over: [snapshot])
            #expect(try await world.listed(by: World.account) { $0.owners = [member.rawValue] } == [image])
            #expect(try await world.listedSnapshots(by: World.account) { $0.owners = [member.rawValue] } == [snapshot])
            _ = try await world.reads(World.home).list(snapshot.rawValue, page: page)
            _ = try await images.copy(.of(image, name: "before"))

            try await organizations.close(member)
            for account in [World.account, Others.bob] {
                #expect(try await world.listed(by: account) { $0.owners = [member.rawValue] }.isEmpty)
                #expect(try await world.listed(by: account) { $0.executableBy = ["all"] }.isEmpty)
                #expect(try await world.listedSnapshots(by: account) { $0.owners = [member.rawValue] }.isEmpty)
                #expect(try await world.listedSnapshots(by: account) { $0.ids = [snapshot.rawValue] }.isEmpty)
                await expectFault(.invalidImageIDNotFound) { _ = try await world.listed(by: account) { $0.ids = [image.rawValue] } }
            }
            await expectFault(.invalidImageIDNotFound) { _ = try await images.copy(.of(image, name: "after")) }
            await expectFault(.invalidImageIDNotFound) { try await images.cancelLaunchPermission(of: image.rawValue) }
            await expectFault(.invalidSnapshotNotFound) { _ = try await world.snapshots(World.home).copy(.of(snapshot)) }
            await expectFault(.resourceNotFoundException) {
                _ = try await world.reads(World.home).list(snapshot.rawValue, page: page)
            }
            // One's own image over it opens it no more.
            await expectFault(.invalidRequest) { _ = try await images.copy(.of(over, name: "over it")) }
        }
    }

    @Test func nothingIsReachedThroughAnOrganizationOrAUnitOfWhichItWas() async throws {
        try await run { world, organizations, member, _, _ in
            let organization = try await organizations.describe().organization
            let image = try await world.register("ours", over: [try await world.snapshot([0: 2])])
            try await world.share(image, with: [.organization(organization.arn(in: "aws").description)])
            #expect(try await world.listed(by: member) { $0.owners = [World.account.rawValue] } == [image])
            try await organizations.close(member)
            #expect(try await world.listed(by: member) { $0.owners = [World.account.rawValue] }.isEmpty)
        }
    }

    @Test func itsKeysAndBucketsLetNobodyIn() async throws {
        try await run { world, organizations, member, _, _ in
            let theirs = world.call(World.home, by: member)
            let key = try await Keys(theirs).create(KeyCreation()).key
            let everybody = #"{"AWS": ["arn:aws:iam::\#(World.account):root", "arn:aws:iam::\#(member):root"]}"#
            @Sendable func policy(_ principal: String, _ actions: String, on resource: String) -> String {
                """
                {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": \(principal), "Action": "\(actions)", "Resource": "\(resource)"}
                ]}
                """
            }
            try await Keys(theirs).setPolicy(policy(everybody, "kms:*", on: "*"), of: key.arn, name: nil, skipsLockoutCheck: true)
            let granted = try await Keys(theirs).create(KeyCreation()).key
            let grant = GrantCreation(
                grantee: "arn:aws:iam::\(World.account):root",
                retiringPrincipal: nil,
                operations: [.decrypt],
                constraint: nil,
                name: nil
            )
            _ = try await Keys(theirs).grant(grant, on: granted.arn)
            try await Buckets(theirs).create("open-depot")
            try await Buckets(theirs).change("open-depot") { settings in
                settings.publicAccess = nil
                let document = Array(policy(#""*""#, "s3:GetObject", on: "arn:aws:s3:::open-depot/*").utf8)
                settings.policy = try BucketPolicy(parsing: document, for: "open-depot")
            }
            let nobody = Call(principal: .nobody, store: world.store(World.home), deployment: world.deployment, host: "localhost")
            let ours = world.call(World.home)
            func opened() async throws -> [Bool] {
                [
                    try await Authorizer(ours).allows("kms:Encrypt", on: .named(try #require(ARN(key.arn)))),
                    try await Authorizer(ours).allows("kms:Decrypt", on: .named(try #require(ARN(granted.arn)))),
                    try await Authorizer(ours).allows("s3:GetObject", on: ours.object("a", in: "open-depot")),
                    try await Authorizer(nobody).allows("s3:GetObject", on: ours.object("a", in: "open-depot")),
                ]
            }
            #expect(try await opened() == [true, true, true, true])
            let bucket = try await Buckets(nobody).find("open-depot")
            try await Buckets(nobody).requireOpen(bucket)
            try await organizations.close(member)
            #expect(try await opened() == [false, false, false, false])
            await expectFault(.accessDenied) { try await Buckets(nobody).requireOpen(bucket) }
        }
    }
}
