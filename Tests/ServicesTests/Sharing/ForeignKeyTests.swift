import Blocks
import Domain
import Services
import TestSupport
import Testing

/// Encrypted snapshots that are shared: their key must be, too.
@Suite struct ForeignKeyTests {
    private static let options = EncryptionOptions()

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
        try await World.run(encryption: Self.options) { world in
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
        try await World.run(encryption: Self.options) { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1], encryption: EncryptionRequest(isEncrypted: true))
                let image = try await world.register("web", over: [snapshot])
                await expectFault(.operationNotPermitted) { try await world.share(snapshot, with: [.account(Others.bob)]) }
                await expectFault(.invalidParameter) { try await world.share(image, with: [.account(Others.bob)]) }
                await expectFault(.unsupportedOperation) { try await world.share(image, with: [.everyone]) }
            }
        }
    }

    /// What makes something under a key of another account.
    enum Making: CaseIterable { case copyOfImage, copyOfSnapshot, upload }

    private static let sealing: [GrantOperation] = [.describeKey, .createGrant, .generateDataKeyWithoutPlaintext, .decrypt]

    /// Lets Bob make something of his own under a key of the world's account. Answers the snapshot.
    private func make(_ making: Making, under key: KMSKey, in world: World) async throws -> SnapshotID {
        let bob = world.call(World.home, by: Others.bob)
        let encryption = EncryptionRequest(isEncrypted: true, key: key.arn)
        if making == .upload { return try await upload(by: bob, encryption) }
        let open = try await world.snapshot([0: 1])
        let image = try await world.register("open", over: [open])
        try await world.share(image, with: [.account(Others.bob)], storage: [open])
        guard making == .copyOfImage else { return try await Snapshots(bob).copy(.of(open, encryption: encryption)) }
        let copy = try await Images(bob).copy(.of(image, name: "copy", encryption: encryption))
        var query = ImageQuery()
        query.ids = [copy.rawValue]
        return try #require(try await Images(bob).describe(query).elements.first?.snapshotIDs.first)
    }

    private func upload(by bob: Call, _ encryption: EncryptionRequest) async throws -> SnapshotID {
        let start = SnapshotStart(
            sizeGiB: 1,
            parentID: nil,
            description: "",
            timeoutMinutes: 60,
            tags: [],
            encryption: encryption,
            clientToken: nil
        )
        let (uploads, block) = (Uploads(bob), content(1))
        let id = try await uploads.start(start).id
        let put = try BlockPut(
            snapshotID: id.rawValue,
            blockIndex: 0,
            checksum: TestBlock.digest(block).bytes,
            progressPercent: nil,
            block: block
        )
        try await uploads.put(put)
        _ = try await uploads.complete(SnapshotCompletion(snapshotID: id.rawValue, changedBlocksCount: 1, checksum: nil))
        return id
    }

    private func withKey(_ body: (World, KMSKey) async throws -> Void) async throws {
        try await World.run(encryption: Self.options) { world in
            try await world.reconciling { try await body(world, try await Keys(world.call(World.home)).create(KeyCreation()).key) }
        }
    }

    private func expectMade(_ making: Making, under key: KMSKey, in world: World) async throws {
        let bob = world.call(World.home, by: Others.bob)
        let id = try await make(making, under: key, in: world)
        try await until("it is completed") { try await Snapshots(bob).snapshot(id.rawValue).state == .completed }
        let made = try await Snapshots(bob).snapshot(id.rawValue)
        #expect(made.owner == Others.bob && made.encryption?.keyARN == key.arn)
        #expect(try await bob.differences(of: id, to: [0: 1]) == [])
    }

    @Test(arguments: Making.allCases) func aKeyWhosePolicyLetsTheAccountInSealsForIt(_ making: Making) async throws {
        try await withKey { world, key in
            let root = "arn:aws:iam::\(World.account):root"
            let actions = Self.sealing.map { "\"kms:\($0.rawValue)\"" }.joined(separator: ", ")
            let policy = """
                {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "\(root)"}, "Action": "kms:*", "Resource": "*"},
                    {"Effect": "Allow", "Principal": {"AWS": "\(Others.bob)"}, "Action": [\(actions)], "Resource": "*"}
                ]}
                """
            try await Keys(world.call(World.home)).setPolicy(policy, of: key.arn, name: nil, skipsLockoutCheck: true)
            try await expectMade(making, under: key, in: world)
        }
    }

    @Test(arguments: Making.allCases) func aKeyThatLetsTheAccountInByAGrantSealsForIt(_ making: Making) async throws {
        try await withKey { world, key in
            let grant = GrantCreation(
                grantee: "arn:aws:iam::\(Others.bob):root",
                retiringPrincipal: nil,
                operations: Self.sealing,
                constraint: nil,
                name: nil
            )
            _ = try await Keys(world.call(World.home)).grant(grant, on: key.arn)
            try await expectMade(making, under: key, in: world)
        }
    }

    @Test(arguments: Making.allCases) func aKeyThatDoesNotLetTheAccountInSealsNothing(_ making: Making) async throws {
        try await withKey { world, key in
            do {
                _ = try await make(making, under: key, in: world)
                Issue.record("not refused")
            } catch let fault as Fault {
                #expect(fault.message.contains("not authorized to perform: kms:DescribeKey on resource: \(key.arn)"), "\(fault)")
            }
            // Nothing is begun.
            #expect(try await world.listed(by: Others.bob) { $0.owners = ["self"] }.isEmpty)
            #expect(try await world.listedSnapshots(by: Others.bob) { $0.owners = ["self"] }.isEmpty)
        }
    }
}
