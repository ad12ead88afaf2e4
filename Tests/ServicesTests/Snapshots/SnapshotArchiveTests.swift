import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Snapshots in the archive and on their way (docs/behaviour/snapshot-archive.md).
@Suite(.againstHangs) struct SnapshotArchiveTests {
    private static let disk: [Int64: UInt64] = [0: 1, 5: 2, 1030: 3]

    private func refused(_ code: FaultCode, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("not refused", sourceLocation: sourceLocation)
        } catch let fault as Fault {
            #expect(fault.code == code, "\(fault)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }

    @Test func aSnapshotGoesIntoTheArchiveAndComesBackForGood() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.snapshot(Self.disk)
                let begun = try await world.snapshots(World.home).archive(id.rawValue)
                #expect(begun.status == "archival-in-progress" && begun.startedAt == world.clock.now)
                try await world.untilTier(of: id, is: "archival-completed")
                let archived = try await world.tiered(id)
                #expect(archived?.snapshot.tier == .archive && archived?.percent == 100)
                #expect(archived?.tiering.archivedAt == world.clock.now)
                #expect(try await world.blocksInPacks(of: id) == 3)
                await refused(.incorrectState) { _ = try await world.snapshots(World.home).archive(id.rawValue) }

                // The frames that were moved are dead, and nothing of the snapshot is.
                try await world.collect()
                #expect(try await world.blocksInPacks(of: id) == 3)
                let packs = try await world.packs(of: id)
                let restore = try await world.snapshots(World.home).restoreTier(id.rawValue, .permanently)
                #expect(restore.days == nil)
                try await world.untilTier(of: id, is: "permanent-restore-completed")
                #expect(try await world.snapshots(World.home).snapshot(id.rawValue).tier == .standard)
                try await world.expect(id, in: World.home, holds: Self.disk)
                #expect(try await world.packs(of: id).isEmpty)
                for pack in packs { #expect(try await world.store(World.home).blocks.frames(in: pack, limit: 1).isEmpty) }
                try await world.collect()
                try await world.expect(id, in: World.home, holds: Self.disk)
                // And once more.
                _ = try await world.snapshots(World.home).archive(id.rawValue)
                try await world.untilTier(of: id, is: "archival-completed")
            }
        }
    }

    @Test func whatOthersNeedStaysWhereItIs() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.snapshot(Self.disk)
                let other = try await world.snapshot([7: 2, 9: 4])
                _ = try await world.snapshots(World.home).archive(id.rawValue)
                try await world.untilTier(of: id, is: "archival-completed")
                #expect(try await world.blocksInPacks(of: id) == 2)
                try await world.expect(other, in: World.home, holds: [7: 2, 9: 4])
                // What comes later may share the archived ones, which are read where they stand.
                let later = try await world.snapshot([3: 1])
                try await world.snapshots(World.home).delete(id.rawValue)
                try await world.collect()
                try await world.expect(later, in: World.home, holds: [3: 1])
                try await world.expect(other, in: World.home, holds: [7: 2, 9: 4])
                #expect(try await world.tiered(id) == nil)
            }
        }
    }

    @Test func encryptedSnapshotsAreArchivedUnderTheirKey() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.snapshot(Self.disk, encryption: EncryptionRequest(isEncrypted: true))
                _ = try await world.snapshots(World.home).archive(id.rawValue)
                try await world.untilTier(of: id, is: "archival-completed")
                #expect(try await world.blocksInPacks(of: id) == 3)
                try await world.collect()
                _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .permanently)
                try await world.untilTier(of: id, is: "permanent-restore-completed")
                try await world.expect(id, in: World.home, holds: Self.disk)
            }
        }
    }

    @Test func anArchivedSnapshotIsNotUsed() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.snapshot(Self.disk)
                let image = try await world.register("web", over: [id])
                await refused(.invalidSnapshotInUse) { _ = try await world.snapshots(World.home).archive(id.rawValue) }
                try await world.images(World.home).disable(image.rawValue)
                _ = try await world.snapshots(World.home).archive(id.rawValue)
                try await world.untilTier(of: id, is: "archival-completed")

                await refused(.incorrectState) { try await world.images(World.home).enable(image.rawValue) }
                await refused(.incorrectState) { _ = try await world.register("another", over: [id]) }
                await refused(.incorrectState) {
                    _ = try await world.snapshots(World.away).copy(
                        SnapshotCopyRequest(
                            sourceRegion: World.home.rawValue,
                            sourceSnapshotID: id.rawValue,
                            description: "",
                            tags: [],
                            completionMinutes: nil
                        )
                    )
                }
                await #expect(throws: (any Error).self) { _ = try await world.start(parent: id) }
                await #expect(throws: (any Error).self) {
                    let page = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
                    _ = try await world.reads(World.home).list(id.rawValue, page: page)
                }

                _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .temporarily(days: 2))
                try await world.untilTier(of: id, is: "temporary-restore-completed")
                try await world.images(World.home).enable(image.rawValue)
                try await world.expect(id, in: World.home, holds: Self.disk)
            }
        }
    }

    @Test func aTemporaryRestoreEndsWithTheClock() async throws {
        try await World.run(archiveRestoreHours: 24) { world in
            try await world.reconciling {
                let id = try await world.snapshot(Self.disk)
                _ = try await world.snapshots(World.home).archive(id.rawValue)
                try await world.untilTier(of: id, is: "archival-completed")
                _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .temporarily(days: 3))
                world.clock.advance(seconds: 6 * 3_600)
                #expect(try await world.tiered(id)?.percent == 25)
                #expect(try await world.tiered(id)?.tiering.status == "temporary-restore-in-progress")
                world.clock.advance(seconds: 18 * 3_600)
                world.store(World.home).jobsWakeup()
                try await world.untilTier(of: id, is: "temporary-restore-completed")
                let end = world.clock.now.addingTimeInterval(3 * World.day)
                #expect(try await world.tiered(id)?.snapshot.restoreExpiresAt == end)
                try await world.expect(id, in: World.home, holds: Self.disk)

                // Made longer from now on, at once.
                world.clock.advance(seconds: World.day)
                let longer = try await world.snapshots(World.home).restoreTier(id.rawValue, .temporarily(days: 5))
                #expect(longer.days == 5)
                world.clock.advance(seconds: 5 * World.day - 1)
                await world.live()
                #expect(try await world.tiered(id)?.snapshot.tier == .standard)
                world.clock.advance(seconds: 1)
                await world.live()
                let archived = try await world.tiered(id)
                #expect(archived?.snapshot.tier == .archive && archived?.snapshot.restoreExpiresAt == nil)
            }
        }
    }

    @Test func whatIsHereForATimeStaysForGood() async throws {
        try await World.run(archiveRestoreHours: 24) { world in
            try await world.reconciling {
                let id = try await world.snapshot(Self.disk)
                _ = try await world.snapshots(World.home).archive(id.rawValue)
                try await world.untilTier(of: id, is: "archival-completed")
                _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .temporarily(days: 1))
                world.clock.advance(seconds: World.day)
                world.store(World.home).jobsWakeup()
                try await world.untilTier(of: id, is: "temporary-restore-completed")
                // Nobody waits a second time.
                _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .permanently)
                try await world.untilTier(of: id, is: "permanent-restore-completed")
                world.clock.advance(seconds: 2 * World.day)
                await world.live()
                #expect(try await world.tiered(id)?.snapshot.tier == .standard)
                try await world.expect(id, in: World.home, holds: Self.disk)
            }
        }
    }

    @Test func aSnapshotThatFailsToBeArchivedIsUsedOn() async throws {
        try await World.run { world in
            let id = try await world.prepared(Self.disk)
            _ = try await world.snapshots(World.home).archive(id.rawValue)
            // An image is made of it while it is still usable.
            _ = try await world.register("web", over: [id])
            try await world.reconciling {
                try await world.untilTier(of: id, is: "archival-failed")
                let failed = try await world.tiered(id)
                #expect(failed?.tiering.detail?.contains("in use") == true && failed?.snapshot.tier == .standard)
                try await world.expect(id, in: World.home, holds: Self.disk)
                await refused(.incorrectState) { _ = try await world.snapshots(World.home).restoreTier(id.rawValue, .permanently) }
            }
        }
    }

    @Test func aDeletedSnapshotIsArchivedNoFurther() async throws {
        try await World.run { world in
            let id = try await world.prepared(Self.disk)
            _ = try await world.snapshots(World.home).archive(id.rawValue)
            try await world.snapshots(World.home).delete(id.rawValue)
            #expect(try await world.store(World.home).database.read { try !JobTable($0).hasAny() })
            #expect(try await world.tiered(id) == nil)
        }
    }

    @Test func statesHoldAfterARestart() async throws {
        try await World.run { world in
            let id = try await world.prepared(Self.disk)
            _ = try await world.snapshots(World.home).archive(id.rawValue)
            try await world.reopened { again in
                #expect(try await again.tiered(id)?.tiering.status == "archival-in-progress")
                try await again.reconciling { try await again.untilTier(of: id, is: "archival-completed") }
            }
        }
    }

    @Test func accountsHaveSoManyAtOnceAndOfAVolume() async throws {
        try await World.run { world in
            let ids = [try await world.prepared([0: 1]), try await world.prepared([0: 2])]
            try await world.grant(1, of: .snapshotArchives)
            _ = try await world.snapshots(World.home).archive(ids[0].rawValue)
            await refused(.resourceLimitExceeded) { _ = try await world.snapshots(World.home).archive(ids[1].rawValue) }
            try await world.grant(1, of: .archivedSnapshots)
            try await world.reconciling {
                try await world.untilTier(of: ids[0], is: "archival-completed")
                let child = try await world.snapshot([1: 3], parent: ids[1])
                _ = try await world.snapshots(World.home).archive(ids[1].rawValue)
                try await world.untilTier(of: ids[1], is: "archival-completed")
                await refused(.snapshotLimitExceeded) { _ = try await world.snapshots(World.home).archive(child.rawValue) }
            }
        }
    }

    @Test func statusesAreFilteredAndPaged() async throws {
        try await World.run { world in
            try await world.reconciling {
                var ids: [SnapshotID] = []
                for number in 1...6 { ids.append(try await world.snapshot([0: UInt64(number)])) }
                for id in ids {
                    _ = try await world.snapshots(World.home).archive(id.rawValue)
                    try await world.untilTier(of: id, is: "archival-completed")
                }
                let first = try await world.snapshots(World.home).tierings([], page: PageRequest(maxResults: 5))
                let token = try #require(first.nextToken)
                let rest = try await world.snapshots(World.home).tierings([], page: PageRequest(maxResults: 5, nextToken: token))
                #expect((first.elements + rest.elements).map(\.snapshot.id) == ids.sorted())
                let none = [Filter(name: "last-tiering-operation", values: ["archival-failed"])]
                #expect(try await world.snapshots(World.home).tierings(none, page: PageRequest()).elements.isEmpty)
                await refused(.invalidParameterValue) {
                    _ = try await world.snapshots(World.home).tierings([Filter(name: "status", values: ["x"])], page: PageRequest())
                }
            }
        }
    }
}

extension World {
    /// The caller's own snapshot and its last change of tier.
    func tiered(_ id: SnapshotID) async throws -> TieredSnapshot? {
        let filter = Filter(name: "snapshot-id", values: [id.rawValue])
        return try await snapshots(World.home).tierings([filter], page: PageRequest()).elements.first
    }

    func untilTier(of id: SnapshotID, is status: String) async throws {
        try await until("\(id) is \(status)") { try await tiered(id)?.tiering.status == status }
        // The job's row goes a moment later.
        try await until("the job of \(id) is gone") {
            try await store(World.home).database.read { try JobTable($0).job(id.rawValue) == nil }
        }
    }

    func packs(of id: SnapshotID) async throws -> [PackID] {
        try await store(World.home).database.read { try SnapshotTieringTable($0).packs(of: id) }.compactMap { PackID(bytes: $0) }
    }

    /// How many blocks stand in the packs of an archived snapshot.
    func blocksInPacks(of id: SnapshotID) async throws -> Int {
        var count = 0
        for pack in try await packs(of: id) { count += try await store(World.home).blocks.frames(in: pack, limit: 2_000).count }
        return count
    }

    /// A snapshot that is complete, with nothing running any more.
    func prepared(_ blocks: [Int64: UInt64]) async throws -> SnapshotID {
        var id: SnapshotID?
        try await reconciling { id = try await snapshot(blocks) }
        return try #require(id)
    }

    func collect() async throws {
        let schedule = Collector.Schedule(pause: 0, grace: 0)
        _ = try await Collector(store: store(World.home), deployment: deployment, schedule: schedule).collect()
    }
}
