import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Damage in a backup, and in what is backed up.
@Suite(.againstHangs) struct BackupDamageTests {
    private func restore(_ backup: String, to restored: KeptFolder, keyOf kept: KeptFolder, acceptsDamage: Bool = false) async throws
        -> Restore.Report
    {
        let report = try await Restore(from: backup, to: restored.folder, acceptsDamage: acceptsDamage).run()
        try restored.copy(kept.folder.rootKey, over: restored.folder.rootKey)
        return report
    }

    /// All disks read back, and nothing is damaged.
    private func expectWhole(_ restored: KeptFolder, _ made: [Region: SnapshotID]) async throws {
        try await restored.serving { world in
            for (region, id) in made { try await world.expect(id, in: region, holds: [0: 1, 1500: 2]) }
        }
        for region in made.keys { #expect(try await Maintenance(folder: restored.folder).scrub(region).isSound) }
    }

    // MARK: damage in the backup

    @Test func aDamagedBackupIsRestoredOnlyWhenTold() async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            let made = try await kept.store()
            _ = try await kept.backUp(to: backup)
            let block = try kept.block(in: World.home)
            let pack = "\(backup)/packs/us-east-1/\(block.pack)"
            try KeptFolder.flip(pack, at: block.offset)
            let refusal = await #expect(throws: BackupDamaged.self) { _ = try await Restore(from: backup, to: restored.folder).run() }
            #expect(refusal?.files.count == 1)
            #expect(refusal?.files.first?.hasPrefix(pack) == true)
            #expect("\(try #require(refusal))".contains("--accept-damage"))
            // No server starts on what is there now; the same folder is taken again.
            await #expect(throws: RestoreUnfinished.self) { try await restored.serving() }
            let report = try await restore(backup, to: restored, keyOf: kept, acceptsDamage: true)
            #expect(report.damaged == refusal?.files)
            try await restored.serving { world in
                try await world.expect(try #require(made[World.away]), in: World.away, holds: [0: 1, 1500: 2])
            }
            let scrubbed = try await Maintenance(folder: restored.folder).scrub(World.home)
            #expect(scrubbed.hurt.map(\.holder) == [.snapshot(try #require(made[World.home]))])
            #expect(try await Recover(folder: restored.folder).findings().allSatisfy { $0.trouble == nil })
        }
    }

    @Test func packsThatABackupLacksAndDamagedIndexesAreGoneWithout() async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            let made = try await kept.store()
            _ = try await kept.backUp(to: backup)
            let block = try kept.block(in: World.home)
            try kept.remove("\(backup)/packs/us-east-1/\(block.pack)")
            let generation = try #require(try FileManager.default.contentsOfDirectory(atPath: backup + "/databases").first)
            try KeptFolder.cut("\(backup)/databases/\(generation)/regions/\(World.away)/index.sqlite", to: 5000)
            await #expect(throws: BackupDamaged.self) { _ = try await Restore(from: backup, to: restored.folder).run() }
            let report = try await restore(backup, to: restored, keyOf: kept, acceptsDamage: true)
            #expect(report.damaged.count == 2)
            try await restored.serving([World.away]) { world in
                try await world.expect(try #require(made[World.away]), in: World.away, holds: [0: 1, 1500: 2])
            }
        }
    }

    /// Each run reads a part of the copies of before, those first that were not read for the longest.
    @Test func laterRunsFindAndMendWhatHasGoneBad() async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            let made = try await kept.store()
            _ = try await kept.backUp(to: backup)
            for region in [World.home, World.away] {
                let block = try kept.block(in: region)
                try KeptFolder.flip("\(backup)/packs/\(region)/\(block.pack)", at: block.offset)
            }
            let first = try await kept.backUp(to: backup)
            #expect(first.remarks.count == 1, "no run reads everything")
            #expect(try await kept.backUp(to: backup).remarks.count == 1)
            #expect(try await kept.backUp(to: backup).remarks.isEmpty)
            #expect(first.unmended.isEmpty && first.hurt.isEmpty)
            _ = try await restore(backup, to: restored, keyOf: kept)
            try await expectWhole(restored, made)
        }
    }

    /// A pack that grows is copied from where its copy ends: the copy has to be right for that, and the data folder's beginning has not.
    @Test(arguments: [false, true]) func aPackGrowsBehindWhatHasGoneBad(inTheBackup: Bool) async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            var made: [SnapshotID] = []
            try await kept.serving { world in
                try await world.reconciling {
                    made.append(try await world.snapshot([0: 1]))
                    _ = try await Backup(of: kept.folder, to: backup).run()
                    let block = try kept.block(in: World.home)
                    if inTheBackup {
                        try KeptFolder.flip("\(backup)/packs/us-east-1/\(block.pack)", at: block.offset)
                    } else {
                        // The second copy of the header.
                        try KeptFolder.flip("\(kept.folder.packs(World.home))/\(block.pack)", at: 4100)
                    }
                    made.append(try await world.snapshot([0: 2]))
                    let report = try await Backup(of: kept.folder, to: backup).run()
                    #expect(report.packs == 1, "the pack has grown")
                    #expect(report.remarks.count == (inTheBackup ? 1 : 0))
                    #expect(report.hurt.isEmpty && report.unmended.isEmpty)
                }
            }
            _ = try await restore(backup, to: restored, keyOf: kept)
            let disks = made
            try await restored.serving { world in
                for (number, id) in zip([1, 2] as [UInt64], disks) { try await world.expect(id, in: World.home, holds: [0: number]) }
            }
            #expect(try await Maintenance(folder: restored.folder).scrub(World.home).isSound)
        }
    }

    @Test func aCheckReadsEverything() async throws {
        try await KeptFolder.backingUp { kept, backup, _ in
            _ = try await kept.store()
            _ = try await kept.backUp(to: backup)
            for region in [World.home, World.away] {
                let block = try kept.block(in: region)
                try KeptFolder.cut("\(backup)/packs/\(region)/\(block.pack)", to: block.offset)
            }
            #expect(try await kept.backUp(to: backup, checksAll: true).remarks.count == 2)
            #expect(try await kept.backUp(to: backup, checksAll: true).remarks.isEmpty)
        }
    }

    @Test func whatIsDamagedInBothPlacesIsSaidByEachRun() async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            _ = try await kept.store()
            _ = try await kept.backUp(to: backup)
            let block = try kept.block(in: World.home)
            let pack = "\(kept.folder.packs(World.home))/\(block.pack)"
            try KeptFolder.flip(pack, at: block.offset)
            try KeptFolder.flip("\(backup)/packs/us-east-1/\(block.pack)", at: block.offset + 1)
            #expect(try await kept.backUp(to: backup, checksAll: true).unmended.count == 1)
            #expect(try await kept.backUp(to: backup).unmended.count == 1)
            try KeptFolder.flip(pack, at: block.offset)
            #expect(try await kept.backUp(to: backup).unmended.isEmpty)
            _ = try await restore(backup, to: restored, keyOf: kept)
        }
    }

    @Test func anEmptiedManifestSaysHowToGoOn() async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            _ = try await kept.store()
            _ = try await kept.backUp(to: backup)
            try Data().write(to: URL(filePath: backup + "/ferry-backup.json"))
            let refusal = await #expect(throws: BackupUnusable.self) { _ = try await kept.backUp(to: backup) }
            #expect(refusal?.problem.contains("move this file away") == true)
            await #expect(throws: BackupUnusable.self) { _ = try await Restore(from: backup, to: restored.folder).run() }
            try kept.remove(backup + "/ferry-backup.json")
            _ = try await kept.backUp(to: backup)
            _ = try await restore(backup, to: restored, keyOf: kept)
        }
    }

    // MARK: damage in the data folder

    @Test func damageBeforeTheCopyIsSaidEachTime() async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            let made = try await kept.store()
            let block = try kept.block(in: World.home)
            let pack = "\(kept.folder.packs(World.home))/\(block.pack)"
            try KeptFolder.flip(pack, at: block.offset)
            for _ in 1...2 {
                let hurt = try await kept.backUp(to: backup).hurt.joined(separator: "\n")
                #expect(hurt.contains(block.pack.dropLast(5)))
                #expect(hurt.contains(try #require(made[World.home]).rawValue))
            }
            #expect(try await restore(backup, to: restored, keyOf: kept).hurt.count == 2)
        }
    }

    @Test func aPackThatWasCutOrLostStaysInTheBackup() async throws {
        for isLost in [false, true] {
            try await KeptFolder.backingUp { kept, backup, restored in
                let made = try await kept.store()
                // A Region that has lost all its packs is refused.
                _ = try await kept.store([3: 3])
                let packs = try await kept.backUp(to: backup).packs
                let block = try kept.block(in: World.home)
                let pack = "\(kept.folder.packs(World.home))/\(block.pack)"
                if isLost { try kept.remove(pack) } else { try KeptFolder.cut(pack, to: block.offset) }
                let report = try await kept.backUp(to: backup)
                #expect(report.packs == packs)
                #expect(report.remarks.count == 1)
                #expect(report.hurt.isEmpty)
                if !isLost {
                    _ = try await Maintenance(folder: kept.folder).scrub(World.home, repairing: true)
                    #expect(try await kept.backUp(to: backup).hurt.isEmpty)
                }
                _ = try await restore(backup, to: restored, keyOf: kept)
                try await expectWhole(restored, made)
                if isLost { return }
                try KeptFolder.flip(pack, at: block.offset - 1)
                let refusal = await #expect(throws: BackupUnusable.self) { _ = try await kept.backUp(to: backup) }
                #expect(refusal?.problem.contains("not the beginning") == true)
            }
        }
    }

    // MARK: other folders

    @Test func anOlderCloneDoesNotTakeThePlaceOfTheNewer() async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            _ = try await kept.store()
            try FileManager.default.copyItem(atPath: kept.folder.path, toPath: restored.folder.path)
            _ = try await kept.store([7: 7])
            _ = try await kept.backUp(to: backup)
            let manifest = try Data(contentsOf: URL(filePath: backup + "/ferry-backup.json"))
            let refusal = await #expect(throws: BackupUnusable.self) { _ = try await restored.backUp(to: backup) }
            #expect(refusal?.problem.contains("commits") == true)
            #expect(refusal?.problem.contains("name another folder") == true)
            #expect(try Data(contentsOf: URL(filePath: backup + "/ferry-backup.json")) == manifest)
            #expect(try FileManager.default.contentsOfDirectory(atPath: backup + "/databases").count == 1)
            let other = backup + ".other"
            defer { try? FileManager.default.removeItem(atPath: other) }
            _ = try await restored.backUp(to: other)
        }
    }

    @Test func aRegionThatWasBegunAnewDoesNotTakeThePlaceOfItsRows() async throws {
        try await KeptFolder.backingUp { kept, backup, _ in
            _ = try await kept.store()
            _ = try await kept.backUp(to: backup)
            try kept.remove(kept.home)
            _ = try Recover(folder: kept.folder).beginAnew(World.home)
            await #expect(throws: BackupUnusable.self) { _ = try await kept.backUp(to: backup) }
            try await kept.serving()
            await #expect(throws: BackupUnusable.self) { _ = try await kept.backUp(to: backup) }
        }
    }

    @Test func placesThatCannotBeUsedAreNamed() async throws {
        try await KeptFolder.backingUp { kept, backup, restored in
            _ = try await kept.store()
            try Data([1]).write(to: URL(filePath: backup))
            for place in [backup, backup + "/below", "/dev/full", backup + String(repeating: "x", count: 300)] {
                let refusal = await #expect(throws: DataFolderError.self) { _ = try await kept.backUp(to: place) }
                #expect(refusal?.path.hasPrefix(place) == true)
                await #expect(throws: DataFolderError.self) { _ = try await Restore(from: place, to: restored.folder).run() }
            }
            let whole = backup + ".whole"
            defer { try? FileManager.default.removeItem(atPath: whole) }
            _ = try await kept.backUp(to: whole)
            await #expect(throws: DataFolderError.self) { _ = try await Restore(from: whole, to: DataFolder(path: backup)).run() }
        }
    }
}
