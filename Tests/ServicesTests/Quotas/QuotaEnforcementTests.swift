import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Each quota holds where the thing is made, at what the operator has granted.
@Suite struct QuotaEnforcementTests {
    private let home = World.home
    private let away = World.away

    @Test func imagesHaveRoomOrAreNotMade() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                let first = try await world.register("first", over: [snapshot])
                try await world.grant(2, of: .images)
                let second = try await world.register("second", over: [snapshot])
                let full = await expectFault(.resourceLimitExceeded) { _ = try await world.register("third", over: [snapshot]) }
                #expect(
                    full?.message.hasPrefix("You have reached your quota of 2 for the number of images allowed in this Region.") == true
                )
                // A copy counts in the Region that it goes to, from its beginning.
                await expectFault(.resourceLimitExceeded) { _ = try await world.images(home).copy(.of(first, name: "copy")) }
                try await world.grant(1, of: .images, in: away)
                let copy = try await world.images(away).copy(.of(first, name: "copy"))
                await expectFault(.resourceLimitExceeded) { _ = try await world.images(away).copy(.of(first, name: "another")) }
                _ = try await world.end(of: copy)
                // Disabled ones count, and those in the Recycle Bin.
                try await world.images(home).disable(second.rawValue)
                await expectFault(.resourceLimitExceeded) { _ = try await world.register("third", over: [snapshot]) }
                try await world.images(home).enable(second.rawValue)
                try await world.keep(.image, days: 1)
                _ = try await world.images(home).deregister(second.rawValue, deletesSnapshots: false)
                await expectFault(.resourceLimitExceeded) { _ = try await world.register("third", over: [snapshot]) }
                try await world.bin().restoreImage(second.rawValue)
                for rule in try await world.rules().list(RetentionRuleQuery(kind: .image, page: PageRequest(sizes: 1...1000))).elements {
                    try await world.rules().delete(rule.id.rawValue)
                }
                _ = try await world.images(home).deregister(second.rawValue, deletesSnapshots: false)
                _ = try await world.register("third", over: [snapshot])
                // Nobody else's quota is the account's.
                #expect(try await Quotas(world.call(home, by: World.stranger)).quota("L-B665C33B", of: "ec2").value == 50_000)
            }
        }
    }

    @Test func snapshotsHaveRoomOrAreNotMade() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                let image = try await world.register("image", over: [snapshot])
                try await world.grant(1, of: .snapshots)
                try await world.grant(1, of: .snapshots, in: away)
                let refused = await expectFault(.serviceQuotaExceededException) { _ = try await world.start() }
                #expect(refused?.reason == "DEPENDENCY_SERVICE_QUOTA_EXCEEDED")
                let copied = try await world.images(away).copy(.of(image, name: "copy"))
                await expectFault(.snapshotLimitExceeded) { _ = try await world.images(away).copy(.of(image, name: "another")) }
                await expectFault(.snapshotLimitExceeded) {
                    _ = try await world.snapshots(away).copy(
                        SnapshotCopyRequest(
                            sourceRegion: home.rawValue,
                            sourceSnapshotID: snapshot.rawValue,
                            description: "",
                            tags: [],
                            completionMinutes: nil
                        )
                    )
                }
                _ = try await world.end(of: copied)
                // One that goes makes room.
                _ = try await world.images(away).deregister(copied.rawValue, deletesSnapshots: true)
                _ = try await world.images(away).copy(.of(image, name: "another"))
            }
        }
    }

    @Test func anImportIsRefusedAtOnceWhereThereIsNoRoom() async throws {
        try await World.run { world in
            try await SnapshotImportSaga.prepare(world)
            let saga = SnapshotImportSaga(())
            try await world.grant(0, of: .snapshots)
            await expectFault(.snapshotLimitExceeded) { _ = try await saga.ask(in: world) }
            try await world.grant(1, of: .snapshots)
            try await world.grant(0, of: .images)
            await expectFault(.resourceLimitExceeded) { _ = try await ImageImportSaga(()).ask(in: world) }
            // What fills the quota meanwhile fails the task, with the reason.
            let task = try await saga.ask(in: world)
            try await world.grant(0, of: .snapshots)
            try await world.reconciling {
                try await until("the task has failed") { try await world.tasks(.snapshotImport).first?.state == .failed }
            }
            let ended = try #require(try await world.tasks(.snapshotImport).first { $0.id == task })
            #expect(ended.message.contains("You have reached your quota of 0 snapshots"))
        }
    }

    @Test func instanceStoreImagesHaveRoomOrAreNotMade() async throws {
        try await World.run { world in
            try await world.bundle()
            try await world.grant(0, of: .images)
            await expectFault(.resourceLimitExceeded) { _ = try await world.register(bundle: "web") }
            try await world.grant(1, of: .images)
            let source = try await world.register(bundle: "web")
            // It counts from its beginning, while its parts are verified.
            await expectFault(.resourceLimitExceeded) { _ = try await world.register(bundle: "another") }
            try await world.reconciling { _ = try await world.end(of: source, in: home) }

            func copy(_ name: String) async throws -> ImageID { try await world.images(away).copy(.of(source, name: name)) }
            try await world.grant(0, of: .images, in: away)
            await expectFault(.resourceLimitExceeded) { _ = try await copy("copy") }
            #expect(try await world.buckets(away).list(region: away.rawValue).isEmpty)
            try await world.grant(5, of: .images, in: away)
            try await world.grant(0, of: .imageCopies, in: away)
            let many = await expectFault(.resourceLimitExceeded) { _ = try await copy("copy") }
            #expect(many?.message == "Too many image copies in progress. The limit is 0 for this destination region.")
            try await world.grant(1, of: .imageCopies, in: away)
            let copied = try await copy("copy")
            await expectFault(.resourceLimitExceeded) { _ = try await copy("another") }
            try await world.reconciling {
                let ended = try await world.end(of: copied)
                #expect(ended.state == .available)
            }
            try await world.grant(1, of: .images, in: away)
            await expectFault(.resourceLimitExceeded) { _ = try await copy("another") }
            #expect(try await world.listing(of: away).map(\.id) == [copied])
        }
    }

    @Test func whatIsRestoredHasRoomOrIsNotMade() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await ImageRestoreSaga.prepare(world)
                let object = ImageRestoreRequest(bucket: "depot", key: "\(image).bin", name: "again", imageTags: [], snapshotTags: [])
                func restore() async throws -> ImageID { try await ImageStores(world.call(home)).restore(object) }
                try await world.grant(1, of: .images)
                await expectFault(.resourceLimitExceeded) { _ = try await restore() }
                try await world.grant(2, of: .images)
                try await world.grant(1, of: .snapshots)
                await expectFault(.snapshotLimitExceeded) { _ = try await restore() }
                #expect(try await world.listing(of: home).map(\.id) == [image])
                #expect(try await world.snapshots(home).describe(SnapshotQuery()).elements.count == 1)
                try await world.grant(2, of: .snapshots)
                let again = try await restore()
                // Image and snapshot count from their beginning.
                let disk = try #require(try await world.describe(image, in: home)?.snapshotIDs.first)
                await expectFault(.resourceLimitExceeded) { _ = try await world.register("third", over: [disk]) }
                await expectFault(.serviceQuotaExceededException) { _ = try await world.start() }
                #expect(try await world.end(of: again, in: home).state == .available)
            }
        }
    }

    @Test func sharingIsBoundedByWhatIsGranted() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                let images = [try await world.register("aaa", over: [snapshot]), try await world.register("bbb", over: [snapshot])]
                try await world.grant(1, of: .publicImages)
                try await world.grant(1, of: .imageSharing)
                try await world.share(images[0], with: [.everyone, .account(Others.bob)])
                await expectFault(.resourceLimitExceeded) { try await world.share(images[0], with: [.account(Others.carol)]) }
                let full = await expectFault(.resourceLimitExceeded) { try await world.share(images[1], with: [.everyone]) }
                #expect(full?.message.hasPrefix("You have reached your quota of 1 for the number of public images") == true)
                // What comes back from the Recycle Bin is public again, and has to have room.
                try await world.keep(.image, days: 1)
                _ = try await world.images(home).deregister(images[0].rawValue, deletesSnapshots: false)
                try await world.share(images[1], with: [.everyone])
                await expectFault(.resourceLimitExceeded) { try await world.bin().restoreImage(images[0].rawValue) }
                try await world.images(home).resetLaunchPermissions(of: images[1].rawValue)
                try await world.bin().restoreImage(images[0].rawValue)
            }
        }
    }

    @Test func keysAndBucketsAreBounded() async throws {
        try await World.run { world in
            let keys = Keys(world.call(home))
            try await world.grant(1, of: .keys)
            let key = try await keys.create(KeyCreation()).key
            await expectFault(.kmsLimitExceeded) { _ = try await keys.create(KeyCreation()) }
            try await world.grant(1, of: .aliasesOfKey)
            try await keys.createAlias("alias/a", for: key.id.rawValue)
            await expectFault(.kmsLimitExceeded) { try await keys.createAlias("alias/b", for: key.id.rawValue) }
            try await world.grant(1, of: .buckets)
            try await world.buckets().create("first-bucket")
            await expectFault(.tooManyBuckets) { try await world.buckets().create("second-bucket") }
        }
    }

    @Test func identitiesAreBounded() async throws {
        try await World.withAccounts { world in
            try await world.grant(1, of: .groups)
            _ = try await Groups(world.call(home)).create("a", path: "/")
            let full = await expectFault(.limitExceeded) { _ = try await Groups(world.call(home)).create("b", path: "/") }
            #expect(full?.message == "Cannot exceed quota for GroupsPerAccount: 1")
            try await world.grant(1, of: .managedPolicies)
            let policy = try await world.policy("a")
            let many = await expectFault(.limitExceeded) { _ = try await world.policy("b") }
            #expect(many?.message == "Cannot exceed quota for PoliciesPerAccount: 1")
            try await world.grant(0, of: .policiesOfRole)
            try await world.role("r")
            let attached = await expectFault(.limitExceeded) { try await world.attachments().attach(policy, to: .role, "r") }
            #expect(attached?.message == "Cannot exceed quota for PoliciesPerRole: 0")
        }
    }

    /// Fifty thousand images are as dear as fifty.
    @Test func makingAnImageReadsAsMuchHoweverManyThereAre() async throws {
        try await World.run { world in
            var snapshot: SnapshotID?
            try await world.reconciling { snapshot = try await world.snapshot([0: 1]) }
            let disk = try #require(snapshot)
            let statistics = world.store(home).database.statistics
            func cost(_ name: String) async throws -> UInt64 {
                let before = statistics.counts
                _ = try await world.register(name, over: [disk])
                return statistics.counts.steps - before.steps + statistics.counts.rows - before.rows
            }
            _ = try await cost("warm")
            let few = try await cost("few")
            for number in 0..<50 { _ = try await world.register("image \(number)", over: [disk]) }
            #expect(try await cost("many") == few)
        }
    }
}

extension World {
    /// Grants an account of the world so many, as the operator does.
    func grant(_ value: Int, of quota: Quota, to account: AccountID = World.account, in region: Region = World.home) async throws {
        try await deployment.directory.write { try QuotaTable($0).set(value, of: quota, for: account, in: region) }
    }
}
