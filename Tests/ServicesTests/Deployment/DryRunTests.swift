import Domain
import Metadata
import Services
import Testing

/// A dry run makes every check that the call makes, whatever it is, and commits nothing.
@Suite struct DryRunTests {
    /// Runs a use case as a dry run: it must pass and commit nothing in any database. Then the call itself must pass too.
    private func passes(_ world: World, _ region: Region = World.home, _ body: (Call) async throws -> Void) async throws {
        let before = world.commits
        try await world.call(region).rehearse(body)
        #expect(world.commits == before)
        try await body(world.call(region))
        #expect(world.commits != before)
    }

    /// Both must be refused, in the same words.
    private func refuses(_ world: World, _ code: FaultCode, _ region: Region = World.home, _ body: (Call) async throws -> Void) async {
        let before = world.commits
        let rehearsed = await expectFault(code) { try await world.call(region).rehearse(body) }
        #expect(world.commits == before)
        let done = await expectFault(code) { try await body(world.call(region)) }
        #expect(rehearsed?.message == done?.message)
    }

    @Test func everyChangeOfAnImageAndItsSnapshots() async throws {
        try await World.run { world in
            let snapshot = try await world.completedSnapshot()
            try await passes(world) { _ = try await Images($0).register(.over([snapshot], name: "web")) }
            await refuses(world, .invalidImageNameDuplicate) { _ = try await Images($0).register(.over([snapshot], name: "web")) }
            let image = try #require(try await world.images(World.home).describe(ImageQuery()).elements.first)
            try await passes(world) { try await Images($0).setDescription("other", of: image.id.rawValue) }
            try await passes(world) { try await Tags($0).create([Tag(key: "a", value: "1")], on: [snapshot.rawValue]) }
            await refuses(world, .invalidParameterValue) {
                try await Tags($0).create([Tag(key: "aws:a", value: "1")], on: [snapshot.rawValue])
            }
            try await passes(world) { try await Tags($0).delete([(key: "a", value: nil)], from: [snapshot.rawValue]) }
            await refuses(world, .invalidSnapshotInUse) { try await Snapshots($0).delete(snapshot.rawValue) }
            try await passes(world) { _ = try await Images($0).deregister(image.id.rawValue, deletesSnapshots: false) }
            try await passes(world) { try await Snapshots($0).delete(snapshot.rawValue) }
        }
    }

    @Test func copiesWithEveryRule() async throws {
        try await World.run { world in
            let snapshot = try await world.completedSnapshot()
            let image = try await world.register("web", over: [snapshot])
            let reserved = [Tag(key: "aws:x", value: "")]
            await refuses(world, .invalidParameterValue, World.away) { call in
                var copy = ImageCopy.of(image, name: "copy")
                copy.imageTags = reserved
                _ = try await Images(call).copy(copy)
            }
            await refuses(world, .invalidParameterValue, World.away) { call in
                var copy = SnapshotCopyRequest.of(snapshot)
                copy.tags = reserved
                _ = try await Snapshots(call).copy(copy)
            }
            try await passes(world, World.away) { _ = try await Images($0).copy(.of(image, name: "copy")) }
            await refuses(world, .invalidImageNameDuplicate, World.away) { _ = try await Images($0).copy(.of(image, name: "copy")) }
            try await passes(world, World.away) { _ = try await Snapshots($0).copy(.of(snapshot)) }
        }
    }

    /// Neither the key that Ferry manages nor a domain is made by a dry run, whatever names the key.
    @Test func keysAreCheckedAndNotMade() async throws {
        try await World.run { world in
            let snapshot = try await world.completedSnapshot()
            let alias = "arn:aws:kms:\(World.away):\(World.account):alias/aws/ebs"
            for key in [nil, "alias/aws/ebs", alias] {
                let before = world.commits
                try await world.call(World.away).rehearse { call in
                    var copy = SnapshotCopyRequest.of(snapshot)
                    copy.encryption = EncryptionRequest(isEncrypted: true, key: key)
                    _ = try await Snapshots(call).copy(copy)
                }
                try await world.call(World.away).rehearse { _ = try await EncryptionByDefault($0).setKey(key ?? "alias/aws/ebs") }
                #expect(world.commits == before)
            }
            // That of another service is refused, and not made either.
            let before = world.commits
            await refuses(world, .invalidParameterValue, World.away) { _ = try await EncryptionByDefault($0).setKey("alias/aws/s3") }
            #expect(world.commits == before)
            let key = try await Keys(world.call(World.away)).create(KeyCreation()).key
            try await Keys(world.call(World.away)).disable(key.id.rawValue)
            for use in [
                { (call: Call) async throws -> Void in
                    var copy = SnapshotCopyRequest.of(snapshot)
                    copy.encryption = EncryptionRequest(isEncrypted: true, key: key.arn)
                    _ = try await Snapshots(call).copy(copy)
                },
                { _ = try await EncryptionByDefault($0).setKey(key.arn) },
            ] { await refuses(world, .invalidKMSKeyState, World.away, use) }
            try await passes(world, World.away) { try await EncryptionByDefault($0).turn(on: true) }
        }
    }

    @Test func grants() async throws {
        try await World.run { world in
            let key = try await Keys(world.call(World.home)).create(KeyCreation()).key
            let creation = GrantCreation(
                grantee: "arn:aws:iam::123456789012:user/a",
                retiringPrincipal: nil,
                operations: [.decrypt],
                constraint: nil,
                name: nil
            )
            try await passes(world) { _ = try await Keys($0).grant(creation, on: key.id.rawValue) }
            let grants = try await Keys(world.call(World.home)).grants(on: key.id.rawValue, id: nil, grantee: nil, KeyPageRequest())
            let grant = try #require(grants.elements.first)
            try await passes(world) { try await Keys($0).revokeGrant(grant.id, on: key.id.rawValue) }
            await refuses(world, .notFound) { try await Keys($0).revokeGrant(grant.id, on: key.id.rawValue) }
        }
    }
}

extension World {
    /// A snapshot, with nobody left who works beside the test.
    fileprivate func completedSnapshot() async throws -> SnapshotID {
        var made: SnapshotID?
        try await reconciling { made = try await snapshot([0: 1]) }
        return try #require(made)
    }

    /// What was committed in each Region and in the directory.
    fileprivate var commits: [UInt64] {
        deployment.regions.sorted { $0.key < $1.key }.map { $0.value.sql.counts.commits } + [deployment.directory.statistics.counts.commits]
    }
}
