import Domain
import Foundation
import Metadata
import Sealing
import Services
import TestSupport
import Testing

@Suite struct KeyStateTests {
    private static let day: Double = 86_400

    /// A key with a data key under it.
    private struct Kept {
        let keys: Keys
        let ring: KeyRing
        let key: KMSKey
        let data: DataKey
        let context: EncryptionContext

        init(_ world: World) async throws {
            keys = Keys(world.call(World.home))
            ring = world.call(World.home).keyRing
            context = try EncryptionContext([(key: "aws:ebs:id", value: "vol-1")])
            key = try await keys.create(KeyCreation()).key
            data = try await ring.generateDataKey(under: key, context: context)
        }

        var id: String { key.id.rawValue }

        func opens() async throws -> Bool {
            do {
                return try await ring.unwrap(data.wrapped, context: context, account: World.account).isEqual(to: data.plain)
            } catch let error as KeyUnusable {
                #expect(error.arn.hasSuffix("key/\(key.id)"))
                return false
            }
        }

        func reason() async -> KeyUnusable.Reason? {
            let refusal = await #expect(throws: KeyUnusable.self) {
                _ = try await ring.unwrap(data.wrapped, context: context, account: World.account)
            }
            return refusal?.reason
        }
    }

    private func reconcile(_ world: World) async {
        await KeyReconciler(store: world.store(World.home), deployment: world.deployment).step()
    }

    @Test func aDisabledKeyOpensNothingAndAnEnabledOneAgain() async throws {
        try await World.run { world in
            let kept = try await Kept(world)
            for _ in 0..<3 {
                #expect(try await kept.opens())
                let before = kept.ring.generation
                try await kept.keys.disable(kept.id)
                #expect(kept.ring.generation != before)
                #expect(await kept.reason() == .disabled)
                let refusal = await #expect(throws: KeyUnusable.self) { _ = try await kept.ring.resolve(kept.id, account: World.account) }
                #expect(refusal == KeyUnusable(kept.key.arn, .disabled))
                await #expect(throws: KeyUnusable.self) { _ = try await kept.ring.generateDataKey(under: kept.key, context: kept.context) }
                let disabled = kept.ring.generation
                try await kept.keys.enable(kept.id)
                #expect(kept.ring.generation != disabled)
            }
        }
    }

    /// A holder that reads the counter, unwraps, and compares the counter later never misses a change that was answered.
    @Test func theCounterMovesWithStatesAlone() async throws {
        try await World.run { world in
            let kept = try await Kept(world)
            let before = kept.ring.generation
            try await kept.keys.enable(kept.id)
            try await kept.keys.setDescription("other", of: kept.id)
            try await kept.keys.enableRotation(of: kept.id, days: nil)
            _ = try await kept.keys.rotate(kept.id)
            try await kept.keys.tag(kept.id, with: [Tag(key: "k", value: "v")])
            #expect(kept.ring.generation == before)
            _ = try await kept.keys.scheduleDeletion(kept.id, days: 7)
            let scheduled = kept.ring.generation
            #expect(scheduled != before)
            _ = try await kept.keys.cancelDeletion(kept.id)
            #expect(kept.ring.generation != scheduled)
        }
    }

    @Test func aKeyIsDeletedOnItsDayAndNotBefore() async throws {
        try await World.run { world in
            let kept = try await Kept(world)
            try await kept.keys.createAlias("alias/doomed", for: kept.id)
            let scheduled = try await kept.keys.scheduleDeletion(kept.id, days: 7)
            #expect(scheduled.deletionAt == world.clock.now.addingTimeInterval(7 * Self.day))
            #expect(await kept.reason() == .pendingDeletion)
            world.clock.advance(seconds: 7 * Self.day - 1)
            await reconcile(world)
            #expect(try await kept.ring.key(kept.key.id)?.state == .pendingDeletion)
            #expect(await kept.reason() == .pendingDeletion)
            let before = kept.ring.generation
            world.clock.advance(seconds: 1)
            await reconcile(world)
            #expect(kept.ring.generation != before)
            #expect(try await kept.ring.key(kept.key.id) == nil)
            #expect(await kept.reason() == .notFound)
            #expect(world.log.entries.contains { $0.message.hasPrefix("Deleted a KMS key") && $0.metadata["key"] == kept.key.arn })
            #expect(try await kept.keys.list(KeyPageRequest()).elements.isEmpty)
            #expect(try await kept.keys.aliases(of: nil, KeyPageRequest()).elements.map(\.name) == [.ebs, .s3])
            await #expect(throws: KeyUnusable.self) { _ = try await kept.keys.describe("alias/doomed") }
        }
    }

    @Test func aCancelledDeletionLeavesTheKeyDisabledForGood() async throws {
        try await World.run { world in
            let kept = try await Kept(world)
            _ = try await kept.keys.scheduleDeletion(kept.id, days: 7)
            #expect(try await kept.keys.cancelDeletion(kept.id).state == .disabled)
            world.clock.advance(seconds: 400 * Self.day)
            await reconcile(world)
            #expect(await kept.reason() == .disabled)
            try await kept.keys.enable(kept.id)
            #expect(try await kept.opens())
        }
    }

    @Test func aKeyRotatesByItselfAndItsOldMaterialOpens() async throws {
        try await World.run { world in
            let kept = try await Kept(world)
            try await kept.keys.enableRotation(of: kept.id, days: 90)
            var older = [kept.data]
            for round in 1...3 {
                world.clock.advance(seconds: 90 * Self.day)
                await reconcile(world)
                await reconcile(world)
                let status = try await kept.keys.rotationStatus(of: kept.id)
                #expect(status.key.materialNumber == round + 1)
                #expect(status.rotation?.next == world.clock.now.addingTimeInterval(90 * Self.day))
                older.append(try await kept.ring.generateDataKey(under: kept.key, context: kept.context))
            }
            #expect(Set(older.map(\.materialID)).count == 4)
            for data in older {
                #expect(try await kept.ring.unwrap(data.wrapped, context: kept.context, account: World.account).isEqual(to: data.plain))
            }
            let rotations = try await kept.keys.rotations(of: kept.id, includingFirst: false, KeyPageRequest()).elements
            #expect(rotations.map { $0.rotation?.cause } == ["AUTOMATIC", "AUTOMATIC", "AUTOMATIC"])
        }
    }

    @Test func aDisabledKeyRotatesWhenItIsEnabledAgain() async throws {
        try await World.run { world in
            let kept = try await Kept(world)
            try await kept.keys.enableRotation(of: kept.id, days: 90)
            try await kept.keys.disable(kept.id)
            world.clock.advance(seconds: 91 * Self.day)
            await reconcile(world)
            #expect(try await kept.ring.key(kept.key.id)?.materialNumber == 1)
            try await kept.keys.enable(kept.id)
            await reconcile(world)
            #expect(try await kept.ring.key(kept.key.id)?.materialNumber == 2)
            #expect(try await kept.opens())
        }
    }

    /// Users, uses and changes at once: who got an answer got the right one, and after the last change nothing contradicts it.
    @Test func usesAndChangesAtOnce() async throws {
        try await World.run { world in
            let kept = try await Kept(world)
            let results = await together(60) { number in
                switch number % 6 {
                case 0: try await kept.keys.disable(kept.id)
                case 1: try await kept.keys.enable(kept.id)
                case 2: _ = try await kept.keys.rotate(kept.id)
                default:
                    let data = try await kept.ring.generateDataKey(under: kept.key, context: kept.context)
                    #expect(try await kept.ring.unwrap(data.wrapped, context: kept.context, account: World.account).isEqual(to: data.plain))
                }
            }
            for case .failure(let error) in results { #expect((error as? KeyUnusable)?.reason == .disabled, "\(error)") }
            try await kept.keys.disable(kept.id)
            #expect(try await !kept.opens())
            try await kept.keys.enable(kept.id)
            #expect(try await kept.opens())
        }
    }

    @Test func whatAnotherAccountSees() async throws {
        try await World.run { world in
            let kept = try await Kept(world)
            let call = world.call(World.home, by: known("999999999999"))
            let stranger = Keys(call)
            #expect(try await stranger.list(KeyPageRequest()).elements.isEmpty)
            let byID = await #expect(throws: KeyUnusable.self) { _ = try await stranger.describe(kept.id) }
            #expect(byID?.reason == .notFound)
            let byARN = await #expect(throws: KeyUnusable.self) { try await stranger.disable(kept.key.arn) }
            #expect(byARN?.fault.code == .accessDeniedException)
            let blob = Ciphertext(bytes: kept.data.wrapped, context: kept.context, key: nil, algorithm: .symmetric)
            #expect(try await !Authorizer(call).allows("kms:Decrypt", on: call.key(kept.key.arn)))
            #expect(try await kept.keys.decrypt(blob).plain.isEqual(to: kept.data.plain))
        }
    }
}
