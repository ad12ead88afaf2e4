import Domain
import Metadata
import Services
import TestSupport
import Testing
import Transfer

/// What copies decide about encryption. How bytes are sealed is not shown here.
@Suite struct EncryptedCopyTests {
    private static let sealing = EncryptionOptions()
    private static let late = EncryptionOptions(checksKeysLate: true)

    private func key(_ world: World, in region: Region = World.away) async throws -> KMSKey {
        try await Keys(world.call(region)).create(KeyCreation()).key
    }

    private func snapshot(behind image: ImageID, _ world: World) async throws -> Snapshot {
        let id = try #require(try await world.describe(image)?.snapshotIDs.first)
        return try await world.snapshots(World.away).snapshot(id.rawValue)
    }

    @Test func everyNameOfAKeyLeadsToItsDomain() async throws {
        try await World.run(encryption: Self.sealing) { world in
            let (source, key) = (try await image(world), try await key(world))
            try await Keys(world.call(World.away)).createAlias("alias/mine", for: key.id.rawValue)
            let aliasARN = "arn:aws:kms:eu-west-1:\(World.account):alias/mine"
            var domains: Set<DomainID> = []
            for name in [key.id.rawValue, key.arn, "alias/mine", aliasARN] {
                let request = EncryptionRequest(isEncrypted: true, key: name)
                let copy = try await world.images(World.away).copy(
                    .of(source, name: "copy \(domains.count)-\(name.count)", encryption: request)
                )
                let encryption = try #require(try await snapshot(behind: copy, world).encryption)
                #expect(encryption.keyARN == key.arn, "\(name)")
                domains.insert(encryption.domain)
                let shown = try await world.describe(copy)
                #expect(shown?.devices.compactMap(\.volume?.isEncrypted) == [true])
            }
            #expect(domains.count == 1)
        }
    }

    @Test func encryptionByDefaultTakesTheDefaultKey() async throws {
        try await World.run(encryption: Self.sealing) { world in
            let (source, key) = (try await image(world), try await key(world))
            let settings = EncryptionByDefault(world.call(World.away))
            #expect(try await settings.key() == "alias/aws/ebs")
            try await settings.turn(on: true)
            #expect(try await settings.isOn())
            #expect(try await !EncryptionByDefault(world.call(World.home)).isOn())
            let first = try await world.images(World.away).copy(.of(source, name: "first"))
            let managed = try await world.call(World.away).keyRing.resolve(nil, account: World.account)
            #expect(try await snapshot(behind: first, world).encryption?.keyARN == managed.arn)
            #expect(try await settings.setKey(key.id.rawValue) == key.arn)
            #expect(try await settings.key() == key.arn)
            let second = try await world.images(World.away).copy(.of(source, name: "second"))
            #expect(try await snapshot(behind: second, world).encryption?.keyARN == key.arn)
            #expect(try await settings.resetKey() == "alias/aws/ebs")
            #expect(try await settings.key() == "alias/aws/ebs")
        }
    }

    @Test func aKeyThatCannotBeUsedIsFoundBeforeTheAnswer() async throws {
        try await World.run(encryption: Self.sealing) { world in
            let (source, key) = (try await image(world), try await key(world))
            try await Keys(world.call(World.away)).disable(key.id.rawValue)
            func copy(under key: String) async throws {
                let request = EncryptionRequest(isEncrypted: true, key: key)
                _ = try await world.images(World.away).copy(.of(source, name: "copy", encryption: request))
            }
            let disabled = await expectFault(.invalidKMSKeyState) { try await copy(under: key.id.rawValue) }
            #expect(disabled?.message.contains("\(key.arn) is disabled.") == true)
            let elsewhere = try await self.key(world, in: World.home)
            for name in ["alias/none", KeyID.random().rawValue, elsewhere.arn, "nonsense", "arn:nonsense"] {
                let fault = await expectFault(.invalidParameterValue) { try await copy(under: name) }
                #expect(fault?.message.hasPrefix("Given key ID is not accessible: ") == true, "\(name)")
            }
            await expectFault(.invalidKMSKeyState) { _ = try await EncryptionByDefault(world.call(World.away)).setKey(key.arn) }
            #expect(try await world.listing(of: World.away).isEmpty)
        }
    }

    @Test func keysThatAreCheckedLateFailTheCopy() async throws {
        try await World.run(encryption: Self.late) { world in
            try await world.reconciling {
                let source = try await world.snapshot([0: 1])
                let image = try await world.register("web", over: [source])
                let key = try await key(world)
                try await Keys(world.call(World.away)).disable(key.id.rawValue)
                let request = EncryptionRequest(isEncrypted: true, key: key.arn)
                let copy = try await world.images(World.away).copy(.of(image, name: "copy", encryption: request))
                let failed = try await world.end(of: copy)
                #expect(failed.state == .failed)
                #expect(failed.stateReason?.code == "Client.InvalidKMSKey.InvalidState")
                let message = try #require(failed.stateReason?.message)
                #expect(message.contains(source.rawValue) && message.contains("Given key ID is not accessible: \(key.arn) is disabled."))
                let made = try await snapshot(behind: copy, world)
                #expect(message.contains(made.id.rawValue))
                #expect(made.state == .error)
                #expect(made.root == nil)
                #expect(made.statusMessage?.hasPrefix("Given key ID is not accessible: \(key.arn)") == true)
            }
        }
    }

    @Test func aKeyThatBecomesUnusableIsTheReason() async throws {
        let key = KMSKey(account: World.account, region: World.away, createdAt: SettableClock().now, policy: "")
        let copy = SnapshotCopy(
            id: .random(),
            snapshotID: .random(),
            account: World.account,
            imageID: nil,
            sourceRegion: World.home,
            sourceSnapshotID: .random(),
            sourceRoot: [UInt8](repeating: 0, count: 32),
            createdAt: SettableClock().now
        )
        let failure = WorkFailure(KeyUnusable(key.arn, .pendingDeletion), of: copy, into: World.away)
        #expect(!failure.isTemporary)
        #expect(failure.reason.code == "Client.InvalidKMSKey.InvalidState")
        #expect(failure.reason.message.hasPrefix("Given key ID is not accessible: \(key.arn) is pending deletion."))
    }

    @Test func whatIsEncryptedLeavesItsRegionWithAProofAlone() async throws {
        try await World.run(encryption: Self.sealing) { world in
            try await world.reconciling {
                let key = try await key(world, in: World.home)
                let request = EncryptionRequest(isEncrypted: true, key: key.arn)
                let source = try await world.snapshot([0: 1], encryption: request)
                await expectFault(.missingParameter) { _ = try await world.snapshots(World.away).copy(.of(source)) }
                let refused = await expectFault(.invalidParameterValue) {
                    _ = try await world.snapshots(World.away).copy(.of(source, proof: .invalid("it is stale")))
                }
                #expect(refused?.message.contains("it is stale") == true)
                let here = try await world.snapshots(World.home).copy(.of(source))
                #expect(try await world.snapshots(World.home).snapshot(here.rawValue).encryption?.keyARN == key.arn)
                let away = try await world.snapshots(World.away).copy(.of(source, proof: .valid))
                let managed = try await world.call(World.away).keyRing.resolve(nil, account: World.account)
                #expect(try await world.snapshots(World.away).snapshot(away.rawValue).encryption?.keyARN == managed.arn)
                // A source that cannot be read is not copied.
                try await Keys(world.call(World.home)).disable(key.id.rawValue)
                await expectFault(.invalidKMSKeyState) { _ = try await world.snapshots(World.away).copy(.of(source, proof: .valid)) }
            }
        }
    }

    private func image(_ world: World) async throws -> ImageID {
        var image: ImageID?
        try await world.reconciling { image = try await world.register("web", over: [try await world.snapshot([0: 1])]) }
        return try #require(image)
    }
}
