import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// `ferry backup` and its way back.
@Suite(.againstHangs) struct BackupTests {
    /// Where a backup goes, and where it is restored.
    private func run(_ body: (_ kept: KeptFolder, _ backup: String, _ restored: KeptFolder) async throws -> Void) async throws {
        try await KeptFolder.backingUp(body)
    }

    private func restore(_ backup: String, to restored: KeptFolder, keyOf kept: KeptFolder) async throws -> Restore.Report {
        let report = try await Restore(from: backup, to: restored.folder).run()
        try restored.copy(kept.folder.rootKey, over: restored.folder.rootKey)
        return report
    }

    @Test func aStoppedFolderComesBackWhole() async throws {
        try await run { kept, backup, restored in
            let made = try await kept.store()
            let report = try await Backup(of: kept.folder, to: backup).run()
            #expect(report.regions == 2)
            #expect(report.packs == 2)
            #expect(report.hurt.isEmpty)
            let back = try await restore(backup, to: restored, keyOf: kept)
            #expect(back.bytes == report.bytes)
            guard case .value(let mark) = try RowsMark.read(in: restored.folder.path) else {
                Issue.record("the directory has no mark")
                return
            }
            #expect(mark.place == Recover.directoryName)
            try await restored.serving { world in
                for (region, id) in made { try await world.expect(id, in: region, holds: [0: 1, 1500: 2]) }
            }
            #expect(try await Maintenance(folder: restored.folder).scrub(World.home).isSound)
        }
    }

    /// Pushes, deletions and collections go on beside backups: what was acknowledged before one began is in it.
    @Test func aRunningServerIsBackedUpWhole() async throws {
        try await run { kept, backup, restored in
            var acknowledged: [SnapshotID: UInt64] = [:]
            try await kept.serving { world in
                try await world.reconciling {
                    for round in 1...6 as ClosedRange<UInt64> {
                        let id = try await world.snapshot([0: round, 9: 100 + round])
                        acknowledged[id] = round
                        let doomed = try await world.snapshot(
                            Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, 1000 * round + UInt64($0)) })
                        )
                        try await world.snapshots(World.home).delete(doomed.rawValue)
                        kept.clock.advance(seconds: 1000)
                        async let collection: Void = Self.collectOnce(world)
                        async let backupRun = Backup(of: kept.folder, to: backup).run()
                        async let later = world.snapshot([5: 10_000 + round])
                        _ = try await (collection, backupRun, later)
                        #expect(try await backupRun.hurt.isEmpty)
                    }
                }
            }
            _ = try await restore(backup, to: restored, keyOf: kept)
            let disks = acknowledged
            try await restored.serving { world in
                for (id, round) in disks { try await world.expect(id, in: World.home, holds: [0: round, 9: 100 + round]) }
                _ = try await Collector(store: world.store(World.home), deployment: world.deployment, schedule: .init(pause: 0, grace: 0))
                    .collect()
                for (id, round) in disks { try await world.expect(id, in: World.home, holds: [0: round, 9: 100 + round]) }
            }
        }
    }

    /// A collection that a backup holds off says so, and comes later.
    private static func collectOnce(_ world: World) async throws {
        let collector = Collector(store: world.store(World.home), deployment: world.deployment, schedule: .init(pause: 0, grace: 0))
        do {
            _ = try await collector.collect()
        } catch is BackupRuns {
            return
        }
    }

    @Test func aSecondRunCopiesWhatIsNewAndDropsWhatIsGone() async throws {
        try await run { kept, backup, restored in
            _ = try await kept.store()
            let first = try await Backup(of: kept.folder, to: backup).run()
            let same = try await Backup(of: kept.folder, to: backup).run()
            #expect(same.bytes - same.bytesCopied > 0, "packs were not copied again")
            #expect(first.bytesCopied == first.bytes)
            var later: SnapshotID?
            try await kept.serving { world in try await world.reconciling { later = try await world.snapshot([3: 9]) } }
            // What a run that was cut off left is no part of the backup.
            try Data([1]).write(to: URL(filePath: backup + "/packs/us-east-1/half"))
            #expect(try await Backup(of: kept.folder, to: backup).run().packs == 3)
            #expect(!FileManager.default.fileExists(atPath: backup + "/packs/us-east-1/half"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: backup + "/databases").count == 1)
            _ = try await restore(backup, to: restored, keyOf: kept)
            try await restored.serving { world in
                try await world.expect(try #require(later), in: World.home, holds: [3: 9])
            }
        }
    }

    @Test func foldersThatAreNotMeantAreLeftAlone() async throws {
        try await run { kept, backup, restored in
            _ = try await kept.store()
            await #expect(throws: BackupUnusable.self) { _ = try await Backup(of: kept.folder, to: kept.folder.path + "/inside").run() }
            try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
            try Data([1]).write(to: URL(filePath: backup + "/mine"))
            await #expect(throws: BackupUnusable.self) { _ = try await Backup(of: kept.folder, to: backup).run() }
            try kept.remove(backup + "/mine")
            _ = try await Backup(of: kept.folder, to: backup).run()
            // Neither another folder's backup over this one, nor a restore over a folder that holds something.
            _ = try await restored.store()
            await #expect(throws: BackupUnusable.self) { _ = try await Backup(of: restored.folder, to: backup).run() }
            await #expect(throws: BackupUnusable.self) { _ = try await Restore(from: backup, to: restored.folder).run() }
            // What does not belong together is not backed up as if it did.
            try kept.remove(kept.home)
            await #expect(throws: RowsAmiss.self) { _ = try await Backup(of: kept.folder, to: backup).run() }
        }
    }
}
