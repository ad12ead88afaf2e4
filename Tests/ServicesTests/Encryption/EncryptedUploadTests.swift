import Domain
import Metadata
import Services
import Testing

@Suite struct EncryptedUploadTests {
    @Test func aChildIsUnderTheKeyOfItsParent() async throws {
        try await World.run(encryption: EncryptionOptions()) { world in
            try await world.reconciling {
                let keys = Keys(world.call(World.home))
                let key = try await keys.create(KeyCreation()).key
                let request = EncryptionRequest(isEncrypted: true, key: key.arn)
                let parent = try await world.snapshot([0: 1], encryption: request)
                let encryption = try await world.snapshots(World.home).snapshot(parent.rawValue).encryption
                #expect(encryption?.keyARN == key.arn)
                #expect(try await world.start(parent: parent).encryption == encryption)
                // EBS direct is never late: the blocks come at once.
                try await keys.disable(key.id.rawValue)
                let fault = await expectFault(.validationException, reason: "INVALID_CUSTOMER_KEY") {
                    _ = try await world.start(parent: parent)
                }
                #expect(fault?.message.contains(key.arn) == true)
                await expectFault(.validationException, reason: "INVALID_CUSTOMER_KEY") { _ = try await world.start(encryption: request) }
            }
        }
    }

    @Test func aRepeatedCallAnswersAlsoWhenTheKeyIsDisabled() async throws {
        try await World.run(encryption: EncryptionOptions()) { world in
            let keys = Keys(world.call(World.home))
            let key = try await keys.create(KeyCreation()).key
            let request = EncryptionRequest(isEncrypted: true, key: key.arn)
            let token = ClientToken(text: "token", fingerprint: [1])
            let first = try await world.start(encryption: request, token: token)
            try await keys.disable(key.id.rawValue)
            #expect(try await world.start(encryption: request, token: token).id == first.id)
            await expectFault(.conflictException) {
                _ = try await world.start(encryption: request, token: ClientToken(text: "token", fingerprint: [2]))
            }
        }
    }

    @Test func encryptionByDefaultHoldsForUploads() async throws {
        try await World.run(encryption: EncryptionOptions()) { world in
            try await world.reconciling {
                let open = try await world.snapshot([0: 1])
                try await EncryptionByDefault(world.call(World.home)).turn(on: true)
                let managed = try await world.call(World.home).keyRing.resolve(nil, account: World.account)
                #expect(try await world.start().encryption?.keyARN == managed.arn)
                await expectFault(.validationException, reason: "INVALID_PARAMETER_VALUE") { _ = try await world.start(parent: open) }
            }
        }
    }
}
