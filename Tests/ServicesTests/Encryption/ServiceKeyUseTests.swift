import Domain
import Metadata
import Services
import TestSupport
import Testing

/// What policies of a key can ask about its use by EC2 and S3, and other accounts' keys as an account's default.
@Suite(.againstHangs) struct ServiceKeyUseTests {
    private static let sealing = ["DescribeKey", "CreateGrant", "GenerateDataKeyWithoutPlaintext"]

    /// Lets Bob use a key for the named operations, each under its conditions, written as the members of `Condition`.
    private func allow(_ conditions: [String: String], on key: KMSKey, in world: World) async throws {
        let statements = conditions.sorted { $0.key < $1.key }.map { operation, condition in
            """
            {"Effect": "Allow", "Principal": {"AWS": "\(Others.bob)"}, "Action": "kms:\(operation)", "Resource": "*", "Condition": {\(condition)}}
            """
        }
        let own = #"{"Effect": "Allow", "Principal": {"AWS": "\#(World.account)"}, "Action": "kms:*", "Resource": "*"}"#
        let policy = "{\"Version\": \"2012-10-17\", \"Statement\": [\(([own] + statements).joined(separator: ", "))]}"
        try await Keys(world.call(World.home)).setPolicy(policy, of: key.arn, name: nil, skipsLockoutCheck: true)
    }

    private func run(_ body: (World, KMSKey) async throws -> Void) async throws {
        try await World.run(encryption: EncryptionOptions()) { world in
            try await body(world, try await Keys(world.call(World.home)).create(KeyCreation()).key)
        }
    }

    private func start(under key: KMSKey?, in world: World) async throws -> Snapshot {
        let start = SnapshotStart(
            sizeGiB: 1,
            parentID: nil,
            description: "",
            timeoutMinutes: 60,
            tags: [],
            encryption: EncryptionRequest(isEncrypted: true, key: key?.arn),
            clientToken: nil
        )
        return try await Uploads(world.call(World.home, by: Others.bob)).start(start)
    }

    private static let viaEC2 = #""StringEquals": {"kms:ViaService": "ec2.us-east-1.amazonaws.com"}"#
    private static let context = #""StringLike": {"kms:EncryptionContext:aws:ebs:id": "*"}"#

    @Test func conditionsAskWhatEC2UsesAKeyFor() async throws {
        try await run { world, key in
            let all = Dictionary(uniqueKeysWithValues: Self.sealing.map { ($0, Self.viaEC2) })
            let holding: [[String: String]] = [
                all, all.merging(["CreateGrant": #""Bool": {"kms:GrantIsForAWSResource": "true"}"#]) { $1 },
                all.merging(["CreateGrant": Self.context + #", "StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}"#]) {
                    $1
                },
                all.merging(["CreateGrant": #""ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt", "Encrypt"]}"#]) { $1 },
                all.merging(["GenerateDataKeyWithoutPlaintext": Self.context]) { $1 },
                all.merging([
                    "GenerateDataKeyWithoutPlaintext": #""ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:ebs:id"}"#
                ]) { $1 },
                // Only grants are for somebody.
                all.merging(["DescribeKey": #""Null": {"kms:GrantIsForAWSResource": "true", "kms:EncryptionContextKeys": "true"}"#]) { $1 },
            ]
            for conditions in holding {
                try await allow(conditions, on: key, in: world)
                _ = try await start(under: key, in: world)
            }
            let failing: [[String: String]] = [
                all.mapValues { _ in #""StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}"# },
                all.merging(["CreateGrant": #""Bool": {"kms:GrantIsForAWSResource": "false"}"#]) { $1 },
                all.merging(["GenerateDataKeyWithoutPlaintext": #""Bool": {"kms:GrantIsForAWSResource": "true"}"#]) { $1 },
                all.merging(["GenerateDataKeyWithoutPlaintext": #""StringLike": {"kms:EncryptionContext:aws:s3:arn": "*"}"#]) { $1 },
            ]
            for conditions in failing {
                try await allow(conditions, on: key, in: world)
                await expectFault(.validationException) { _ = try await start(under: key, in: world) }
            }
        }
    }

    /// The context is the id of the data key, when sealing under one that there is already and when reading.
    @Test func theEncryptionContextIsThatOfTheDataKey() async throws {
        try await run { world, key in
            let all = Dictionary(uniqueKeysWithValues: Self.sealing.map { ($0, Self.viaEC2) })
            try await allow(all, on: key, in: world)
            let snapshot = try await start(under: key, in: world)
            let id = try #require(snapshot.encryption?.domain.rawValue)
            func only(_ id: String) -> String { #""StringEquals": {"kms:EncryptionContext:aws:ebs:id": "\#(id)"}"# }
            try await allow(all.merging(["GenerateDataKeyWithoutPlaintext": only(id)]) { $1 }, on: key, in: world)
            _ = try await start(under: key, in: world)
            try await allow(all.merging(["GenerateDataKeyWithoutPlaintext": only("another")]) { $1 }, on: key, in: world)
            await expectFault(.validationException) { _ = try await start(under: key, in: world) }

            let bob = world.call(World.home, by: Others.bob)
            let uploads = Uploads(bob)
            _ = try await uploads.complete(SnapshotCompletion(snapshotID: snapshot.id.rawValue, changedBlocksCount: 0, checksum: nil))
            try await world.reconciling {
                try await until("it is completed") { try await Snapshots(bob).snapshot(snapshot.id.rawValue).state == .completed }
            }
            let page = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
            try await allow(["Decrypt": only("another")], on: key, in: world)
            await #expect(throws: KeyUnusable.self) { _ = try await BlockReads(bob).list(snapshot.id.rawValue, page: page) }
            try await allow(["Decrypt": only(id)], on: key, in: world)
            _ = try await BlockReads(bob).list(snapshot.id.rawValue, page: page)
            // A grant is bound to it in the same way.
            try await allow([:], on: key, in: world)
            for (value, isGranted) in [("another", false), (id, true)] {
                let grant = GrantCreation(
                    grantee: "arn:aws:iam::\(Others.bob):root",
                    retiringPrincipal: nil,
                    operations: [.decrypt],
                    constraint: .contextContains(try EncryptionContext([(key: "aws:ebs:id", value: value)])),
                    name: nil
                )
                _ = try await Keys(world.call(World.home)).grant(grant, on: key.arn)
                guard !isGranted else {
                    _ = try await BlockReads(bob).list(snapshot.id.rawValue, page: page)
                    continue
                }
                await #expect(throws: KeyUnusable.self) { _ = try await BlockReads(bob).list(snapshot.id.rawValue, page: page) }
            }
        }
    }

    @Test(arguments: [false, true]) func theContextOfAnObjectIsItsNameOrThatOfItsBucket(hasBucketKey: Bool) async throws {
        try await run { world, key in
            let bob = world.call(World.home, by: Others.bob)
            try await Buckets(bob).create("bobs-depot")
            let arn = hasBucketKey ? "arn:aws:s3:::bobs-depot" : "arn:aws:s3:::bobs-depot/a/key"
            func only(_ arn: String) -> String { #""StringEquals": {"kms:EncryptionContext:aws:s3:arn": "\#(arn)"}"# }
            func put() async throws -> StoredObject {
                var body = SampleBody(content(1))
                let put = ObjectPut(
                    bucket: "bobs-depot",
                    key: "a/key",
                    attributes: .init(),
                    encryption: .kms(key.arn, hasBucketKey: hasBucketKey)
                )
                return try await Objects(bob).put(put, &body)
            }
            try await allow(["GenerateDataKey": only("\(arn)x"), "Decrypt": only("\(arn)x")], on: key, in: world)
            await #expect(throws: KeyUnusable.self) { _ = try await put() }
            try await allow(["GenerateDataKey": only(arn), "Decrypt": only("\(arn)x")], on: key, in: world)
            let object = try await put()
            await #expect(throws: KeyUnusable.self) { _ = try await Objects(bob).read(object, range: 0..<1) }
            try await allow(["Decrypt": only(arn)], on: key, in: world)
            _ = try await Objects(bob).read(object, range: 0..<1)
        }
    }

    // MARK: - Defaults

    @Test func anotherAccountsKeyCanBeTheDefaultOne() async throws {
        try await run { world, key in
            let bob = EncryptionByDefault(world.call(World.home, by: Others.bob))
            let refused = await expectFault(.invalidParameterValue) { _ = try await bob.setKey(key.arn) }
            #expect(refused?.message.contains("not authorized to perform: kms:DescribeKey") == true)
            #expect(try await bob.key() == "alias/aws/ebs")
            try await allow(Dictionary(uniqueKeysWithValues: Self.sealing.map { ($0, Self.viaEC2) }), on: key, in: world)
            // Its id alone is a key of one's own.
            await expectFault(.invalidParameterValue) { _ = try await bob.setKey(key.id.rawValue) }
            #expect(try await bob.setKey(key.arn) == key.arn)
            #expect(try await bob.key() == key.arn)
            #expect(try await start(under: nil, in: world).encryption?.keyARN == key.arn)
            // Who makes something under it is asked anew.
            try await allow([:], on: key, in: world)
            await expectFault(.validationException) { _ = try await start(under: nil, in: world) }
            _ = try await bob.resetKey()
            #expect(try await start(under: nil, in: world).encryption?.keyARN.contains(":\(Others.bob):key/") == true)
        }
    }
}
