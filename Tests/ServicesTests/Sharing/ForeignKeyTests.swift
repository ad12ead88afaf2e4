import Domain
import Services
import TestSupport
import Testing

/// Encrypted snapshots that are shared: their key must be, too.
@Suite struct ForeignKeyTests {
    private static let sealing = EncryptionOptions(isSealed: true)

    private static func policy(_ effect: String, _ principal: String, condition: String = "") -> String {
        let root = "arn:aws:iam::\(World.account):root"
        return """
            {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": "\(root)"}, "Action": "kms:*", "Resource": "*"},
                {"Effect": "\(effect)", "Principal": {"AWS": "\(principal)"}, "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "*"\(condition)}
            ]}
            """
    }

    /// A world with an encrypted image that is shared with Bob, its storage too.
    private func run(_ body: (World, ImageID, SnapshotID, KMSKey) async throws -> Void) async throws {
        try await World.run(encryption: Self.sealing) { world in
            try await world.reconciling {
                let key = try await Keys(world.call(World.home)).create(KeyCreation()).key
                let snapshot = try await world.snapshot([0: 1], encryption: EncryptionRequest(isEncrypted: true, key: key.arn))
                let image = try await world.register("web", over: [snapshot])
                try await world.share(image, with: [.account(Others.bob)], storage: [snapshot])
                try await body(world, image, snapshot, key)
            }
        }
    }

    @Test func theKeysPolicyOrAGrantLetsOthersRead() async throws {
        try await run { world, image, snapshot, key in
            let bob = world.call(World.away, by: Others.bob)
            let keys = Keys(world.call(World.home))
            func refuse(line: SourceLocation = #_sourceLocation) async {
                let fault = await expectFault(.invalidParameterValue, sourceLocation: line) {
                    _ = try await Images(bob).copy(.of(image, name: "copy"))
                }
                #expect(fault?.message.contains("kms:Decrypt on resource: \(key.arn)") == true, sourceLocation: line)
                await expectFault(.invalidParameterValue, sourceLocation: line) {
                    _ = try await Snapshots(bob).copy(.of(snapshot, proof: .valid))
                }
            }
            await refuse()
            let condition = #", "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}"#
            for policy in [
                Self.policy("Allow", "arn:aws:iam::\(Others.carol):root"), Self.policy("Deny", "*"),
                Self.policy("Allow", Others.bob.rawValue, condition: condition),
            ] {
                try await keys.setPolicy(policy, of: key.arn, name: nil, skipsLockoutCheck: true)
                await refuse()
            }
            let grant = GrantCreation(
                grantee: "arn:aws:iam::\(Others.bob):root",
                retiringPrincipal: nil,
                operations: [.decrypt],
                constraint: nil,
                name: nil
            )
            // A policy that denies weighs more than a grant.
            try await keys.setPolicy(Self.policy("Deny", Others.bob.rawValue), of: key.arn, name: nil, skipsLockoutCheck: true)
            _ = try await keys.grant(grant, on: key.arn)
            await refuse()
            try await keys.setPolicy(
                KeyPolicy.standard(for: World.account, in: World.home),
                of: key.arn,
                name: nil,
                skipsLockoutCheck: true
            )
            _ = try await Snapshots(bob).copy(.of(snapshot, proof: .valid))
        }
    }

    @Test func theCopyIsUnderAKeyOfTheCopier() async throws {
        try await run { world, image, _, key in
            let bob = world.call(World.away, by: Others.bob)
            try await Keys(world.call(World.home)).setPolicy(
                Self.policy("Allow", "arn:aws:iam::\(Others.bob):root"),
                of: key.arn,
                name: nil,
                skipsLockoutCheck: true
            )
            let copy = try await Images(bob).copy(.of(image, name: "copy"))
            var query = ImageQuery()
            query.ids = [copy.rawValue]
            let asked = query
            try await until("the copy is available") { try await Images(bob).describe(asked).elements.first?.state == .available }
            let disk = try #require(try await Images(bob).describe(asked).elements.first?.snapshotIDs.first)
            let copied = try await Snapshots(bob).snapshot(disk.rawValue)
            #expect(copied.encryption?.keyARN.contains(":\(Others.bob):key/") == true)
            let page = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
            let block = try #require(try await BlockReads(bob).list(disk.rawValue, page: page).blocks.first)
            #expect(try await BlockReads(bob).get(disk.rawValue, blockIndex: 0, token: block.token).bytes == content(1))
        }
    }

    @Test func blocksAreNotReadWithoutTheKey() async throws {
        try await run { world, _, snapshot, key in
            let reads = BlockReads(world.call(World.home, by: Others.bob))
            let page = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
            await #expect(throws: KeyUnusable.self) { _ = try await reads.list(snapshot.rawValue, page: page) }
            try await Keys(world.call(World.home)).setPolicy(
                Self.policy("Allow", Others.bob.rawValue),
                of: key.arn,
                name: nil,
                skipsLockoutCheck: true
            )
            let block = try #require(try await reads.list(snapshot.rawValue, page: page).blocks.first)
            #expect(try await reads.get(snapshot.rawValue, blockIndex: 0, token: block.token).bytes == content(1))
            try await Keys(world.call(World.home)).disable(key.arn)
            await #expect(throws: KeyUnusable.self) { _ = try await reads.get(snapshot.rawValue, blockIndex: 0, token: block.token) }
        }
    }

    @Test func whatIsUnderAKeyOfFerrysIsNotShared() async throws {
        try await World.run(encryption: Self.sealing) { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1], encryption: EncryptionRequest(isEncrypted: true))
                let image = try await world.register("web", over: [snapshot])
                await expectFault(.operationNotPermitted) { try await world.share(snapshot, with: [.account(Others.bob)]) }
                await expectFault(.invalidParameter) { try await world.share(image, with: [.account(Others.bob)]) }
                await expectFault(.unsupportedOperation) { try await world.share(image, with: [.everyone]) }
            }
        }
    }
}
