import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// What goes wrong while a snapshot changes its tier, and what is left of one whose time here is over.
@Suite(.againstHangs) struct SnapshotArchiveMishapTests {
    private static let disk: [Int64: UInt64] = [0: 1, 5: 2, 1030: 3]

    /// A snapshot that is deleted under a rule goes on to the archive from the Recycle Bin, and comes back archived.
    @Test func aSnapshotThatIsDeletedOnItsWayGoesOnInTheRecycleBin() async throws {
        try await World.run(faultyDisks: true) { world in
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.home])
            try await world.reconciling {
                defer { gate.open() }
                let id = try await world.snapshot(Self.disk)
                try await world.keep(.snapshot, days: 7)
                let writes = Counter()
                disk.setFaults { event in
                    if event.call == .write, writes.add() == 2 { gate.pass() }
                    return nil
                }
                _ = try await world.snapshots(World.home).archive(id.rawValue)
                try await until("it is being moved") { gate.isReached }
                try await world.snapshots(World.home).delete(id.rawValue)
                #expect(try await world.recycledSnapshots() == [id])
                gate.open()
                try await until("the job has ended") {
                    try await world.store(World.home).database.read { try JobTable($0).job(id.rawValue) == nil }
                }
                #expect(try await world.recycledSnapshots() == [id])
                _ = try await world.bin().restoreSnapshot(id.rawValue)
                let back = try #require(try await world.tiered(id))
                #expect(back.tiering.status == "archival-completed" && back.snapshot.tier == .archive)
                #expect(try await world.blocksInPacks(of: id) == 3)
                _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .temporarily(days: 1))
                try await world.untilTier(of: id, is: "temporary-restore-completed")
                try await world.expect(id, in: World.home, holds: Self.disk)
            }
        }
    }

    /// A world with an encrypted snapshot, and its key.
    private func withEncrypted(_ body: (World, SnapshotID, Keys, String) async throws -> Void) async throws {
        try await World.run { world in
            try await world.reconciling {
                let keys = Keys(world.call(World.home))
                let key = try await keys.create(KeyCreation()).key.arn
                let id = try await world.snapshot(Self.disk, encryption: EncryptionRequest(isEncrypted: true, key: key))
                try await body(world, id, keys, key)
            }
        }
    }

    @Test func aKeyThatIsDisabledFailsTheArchivalAndNothingElse() async throws {
        try await withEncrypted { world, id, keys, key in
            try await keys.disable(key)
            _ = try await world.snapshots(World.home).archive(id.rawValue)
            try await world.untilTier(of: id, is: "archival-failed")
            let failed = try #require(try await world.tiered(id))
            #expect(failed.tiering.detail?.contains(key) == true, "\(failed.tiering.detail ?? "")")
            #expect(failed.snapshot.tier == .standard)
            try await keys.enable(key)
            try await world.expect(id, in: World.home, holds: Self.disk)
            _ = try await world.snapshots(World.home).archive(id.rawValue)
            try await world.untilTier(of: id, is: "archival-completed")
            #expect(try await world.blocksInPacks(of: id) == 3)
        }
    }

    @Test func aRestoreForGoodThatFailsLeavesTheSnapshotInTheArchive() async throws {
        try await withEncrypted { world, id, keys, key in
            _ = try await world.snapshots(World.home).archive(id.rawValue)
            try await world.untilTier(of: id, is: "archival-completed")
            let packs = try await world.packs(of: id)
            try await keys.disable(key)
            _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .permanently)
            try await world.untilTier(of: id, is: "permanent-restore-failed")
            let failed = try #require(try await world.tiered(id))
            #expect(failed.snapshot.tier == .archive && failed.tiering.detail?.contains(key) == true)
            #expect(try await world.packs(of: id) == packs)
            try await keys.enable(key)
            _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .permanently)
            try await world.untilTier(of: id, is: "permanent-restore-completed")
            try await world.expect(id, in: World.home, holds: Self.disk)
        }
    }

    @Test func aRestoreForGoodThatFailsLeavesTheSnapshotHereForItsTime() async throws {
        try await withEncrypted { world, id, keys, key in
            _ = try await world.snapshots(World.home).archive(id.rawValue)
            try await world.untilTier(of: id, is: "archival-completed")
            _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .temporarily(days: 3))
            try await world.untilTier(of: id, is: "temporary-restore-completed")
            let end = world.clock.now.addingTimeInterval(3 * World.day)
            try await keys.disable(key)
            _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .permanently)
            try await world.untilTier(of: id, is: "permanent-restore-failed")
            let failed = try #require(try await world.tiered(id))
            #expect(failed.snapshot.tier == .standard && failed.snapshot.restoreExpiresAt == end)
            try await keys.enable(key)
            try await world.expect(id, in: World.home, holds: Self.disk)
            world.clock.advance(seconds: 3 * World.day)
            await world.live()
            #expect(try await world.tiered(id)?.snapshot.tier == .archive)
        }
    }

    /// A bit has flipped in one of the blocks: the archival fails and says so, and the others are read as before.
    @Test func aDamagedBlockFailsTheArchivalAndCostsNothingElse() async throws {
        try await World.run { world in
            let id = try await world.prepared(Self.disk)
            for store in world.deployment.regions.values { try await store.blocks.close() }
            try world.flip(world.place(of: TestBlock.digest(content(2))))
            try await world.reopened { again in
                _ = try await again.snapshots(World.home).archive(id.rawValue)
                try await again.reconciling {
                    // What cannot be read may be read later: it is tried again for a while.
                    try await until("the archival has failed") {
                        again.clock.advance(seconds: 600)
                        again.store(World.home).jobsWakeup()
                        return try await again.tiered(id)?.tiering.status == "archival-failed"
                    }
                }
                let failed = try #require(try await again.tiered(id))
                #expect(failed.snapshot.tier == .standard && failed.tiering.detail?.isEmpty == false)
                let reads = again.reads(World.home)
                let page = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
                for block in try await reads.list(id.rawValue, page: page).blocks {
                    guard block.index != 5 else {
                        await #expect(throws: StoreError.self) {
                            try await reads.get(id.rawValue, blockIndex: block.index, token: block.token)
                        }
                        continue
                    }
                    let bytes = try await reads.get(id.rawValue, blockIndex: block.index, token: block.token).bytes
                    #expect(bytes == content(Self.disk[block.index] ?? 0))
                }
            }
        }
    }

    /// The images that stand on it stay, and nothing is made of it or read any more; whom it was shared with has lost it for good.
    @Test func whatWasHereForATimeIsUsedByNobodyAfterwards() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.snapshot(Self.disk)
                _ = try await world.snapshots(World.home).archive(id.rawValue)
                try await world.untilTier(of: id, is: "archival-completed")
                _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .temporarily(days: 1))
                try await world.untilTier(of: id, is: "temporary-restore-completed")
                let image = try await world.register("web", over: [id])
                try await world.share(image, with: [.account(Others.bob)], storage: [id])
                #expect(try await world.listedSnapshots(by: Others.bob) == [id])
                try await world.buckets().create("depot")
                world.clock.advance(seconds: World.day)
                await world.live()

                #expect(try await world.describe(image, in: World.home)?.state == .available)
                #expect(try await world.listedSnapshots(by: Others.bob).isEmpty)
                #expect(try await world.snapshots(World.home).createVolumePermissions(of: id.rawValue).isEmpty)
                await expectFault(.incorrectState) { _ = try await world.images(World.away).copy(.of(image, name: "copy")) }
                await expectFault(.incorrectState) {
                    _ = try await ImageStores(world.call(World.home)).store(image.rawValue, in: "depot", tags: [])
                }
                let export = ImageExportRequest(
                    imageID: image.rawValue,
                    format: "RAW",
                    bucket: "depot",
                    prefix: "",
                    options: TaskOptions(description: "", role: nil, tags: [], clientToken: nil)
                )
                await expectFault(.incorrectState) { _ = try await Exports(world.call(World.home)).export(export) }
                #expect(try await world.store(World.home).database.read { try !JobTable($0).hasAny() })

                // It comes back without its shares.
                _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .permanently)
                try await world.untilTier(of: id, is: "permanent-restore-completed")
                #expect(try await world.listedSnapshots(by: Others.bob).isEmpty)
                let bob = world.call(World.away, by: Others.bob)
                await expectFault(.invalidRequest) { _ = try await Images(bob).copy(.of(image, name: "copy")) }
                _ = try await world.images(World.away).copy(.of(image, name: "copy"))
            }
        }
    }
}
