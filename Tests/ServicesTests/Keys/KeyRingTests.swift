import Domain
import Foundation
import Metadata
import Sealing
import Services
import Testing

@Suite struct KeyRingTests {
    private func context(_ value: String = "vol-1") throws -> EncryptionContext {
        try EncryptionContext([(key: "aws:ebs:id", value: value)])
    }

    private func refusal(_ body: () async throws -> Void) async throws -> KeyUnusable {
        try #require(await #expect(throws: KeyUnusable.self) { try await body() })
    }

    @Test func theDefaultKeyIsMadeOnce() async throws {
        try await World.run { world in
            let ring = world.call(World.home).keyRing
            let made = await together(8) { _ in try await ring.resolve(nil, account: World.account).id }
            let ids = try Set(made.map { try $0.get() })
            #expect(ids.count == 1)
            let key = try await ring.resolve("alias/aws/ebs", account: World.account)
            #expect(ids == [key.id])
            #expect(key.manager == .aws)
            #expect(key.state == .enabled)
            #expect(key.account == World.account)
            let away = try await world.call(World.away).keyRing.resolve(nil, account: World.account)
            #expect(away.id != key.id)
        }
    }

    @Test func aServiceHasAManagedKeyOfItsOwn() async throws {
        try await World.run { world in
            let ring = world.call(World.home).keyRing
            let own = try await ring.resolve(nil, for: .s3, account: World.account)
            #expect(own.manager == .aws)
            for name in ["alias/aws/s3", own.arn, own.id.rawValue] {
                #expect(try await ring.resolve(name, for: .s3, account: World.account).id == own.id)
                let refused = try await refusal { _ = try await ring.resolve(name, for: .ebs, account: World.account) }
                guard case .denied = refused.reason else {
                    Issue.record("\(refused)")
                    return
                }
            }
            #expect(try await ring.resolve(nil, account: World.account).id != own.id)
            let refused = try await refusal { _ = try await ring.resolve("alias/aws/ebs", for: .s3, account: World.account) }
            #expect(refused.arn.contains(":key/"))
            await expectFault(.invalidParameterValue) { _ = try await EncryptionByDefault(world.call(World.home)).setKey("alias/aws/s3") }
        }
    }

    @Test func aDataKeyOpensWithItsContextAlone() async throws {
        try await World.run { world in
            let ring = world.call(World.home).keyRing
            let key = try await ring.resolve(nil, account: World.account)
            let data = try await ring.generateDataKey(under: key, context: context())
            #expect(data.plain.count == 32)
            #expect(try await ring.unwrap(data.wrapped, context: context(), account: World.account).isEqual(to: data.plain))
            #expect(KeyRing.keyID(of: data.wrapped) == key.id)
            let damaged = await #expect(throws: DataKeyDamaged.self) {
                _ = try await ring.unwrap(data.wrapped, context: context("vol-2"), account: World.account)
            }
            #expect(damaged?.key == key.arn)
            await #expect(throws: DataKeyDamaged.self) { _ = try await ring.unwrap([1, 2, 3], context: context(), account: World.account) }
            // Another Region has neither the key nor its material.
            let other = try await refusal {
                _ = try await world.call(World.away).keyRing.unwrap(data.wrapped, context: context(), account: World.account)
            }
            #expect(other.reason == .notFound)
        }
    }

    @Test func theWaysToNameAKey() async throws {
        try await World.run { world in
            let ring = world.call(World.home).keyRing
            let key = try await ring.resolve(nil, account: World.account)
            let partition = "arn:aws:kms:us-east-1:\(World.account)"
            for name in [key.id.rawValue, key.arn, "alias/aws/ebs", "\(partition):alias/aws/ebs"] {
                #expect(try await ring.resolve(name, account: World.account).id == key.id, "\(name)")
            }
            let unknown = KeyID.random()
            #expect(try await refusal { _ = try await ring.resolve(unknown.rawValue, account: World.account) }.reason == .notFound)
            #expect(try await refusal { _ = try await ring.resolve("alias/none", account: World.account) }.reason == .notFound)
            let elsewhere = "arn:aws:kms:\(World.away):\(World.account):key/\(key.id)"
            let refused = try await refusal { _ = try await ring.resolve(elsewhere, account: World.account) }
            #expect(refused.reason == .otherRegion(World.away))
            let foreign = try await refusal { _ = try await ring.resolve(key.arn, account: known("999999999999")) }
            guard case .denied = foreign.reason else {
                Issue.record("\(foreign)")
                return
            }
            // A key id is looked for in the caller's own account.
            #expect(try await refusal { _ = try await ring.resolve(key.id.rawValue, account: known("999999999999")) }.reason == .notFound)
            await expectFault(.notFound) { _ = try await ring.resolve("nonsense", account: World.account) }
            await expectFault(.invalidArn) { _ = try await ring.resolve("arn:aws:s3:::bucket", account: World.account) }
        }
    }

    @Test func aMaterialThatWasChangedOrMovedIsAnErrorAndNoKey() async throws {
        try await World.run { world in
            let ring = world.call(World.home).keyRing
            let key = try await ring.resolve(nil, account: World.account)
            let data = try await ring.generateDataKey(under: key, context: context())
            try await world.store(World.home).database.write { transaction in
                let row = try #require(try MaterialTable(transaction).material(1, of: key.id))
                var sealed = row.sealed
                sealed[40] ^= 1
                try MaterialTable(transaction).setSealed(sealed, of: row)
            }
            let damage = await #expect(throws: MaterialDamaged.self) {
                _ = try await ring.unwrap(data.wrapped, context: context(), account: World.account)
            }
            #expect(damage?.key == key.arn)
            await #expect(throws: MaterialDamaged.self) { _ = try await ring.generateDataKey(under: key, context: context()) }
        }
    }

    /// What is written down is sealed: nothing of a material or a data key stands in the databases.
    @Test func noKeyStandsInTheDatabases() async throws {
        try await World.run { world in
            let ring = world.call(World.home).keyRing
            let key = try await ring.resolve(nil, account: World.account)
            let data = try await ring.generateDataKey(under: key, context: context())
            let secret = data.plain.withUnsafeBytes { Data($0) }
            for file in try FileManager.default.subpathsOfDirectory(atPath: world.folder.path) where file.contains(".sqlite") {
                let bytes = try Data(contentsOf: URL(filePath: world.folder.path + "/" + file))
                #expect(bytes.range(of: secret) == nil, "\(file)")
            }
        }
    }
}
