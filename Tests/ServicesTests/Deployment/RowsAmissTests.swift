import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Files of a data folder that are lost, emptied, cut, swapped or older than the rest: nothing starts on them, nothing is freed, and
/// with the right file back everything is there.
@Suite(.againstHangs) struct RowsAmissTests {
    struct Mishap: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What the error is to say.
        let says: String
        /// The file or folder that is kept before and put back after.
        let path: @Sendable (KeptFolder) -> String
        let harm: @Sendable (KeptFolder, _ path: String) throws -> Void

        init(
            _ name: String,
            says: String,
            _ path: @escaping @Sendable (KeptFolder) -> String,
            _ harm: @escaping @Sendable (KeptFolder, String) throws -> Void
        ) {
            testDescription = name
            self.says = says
            self.path = path
            self.harm = harm
        }
    }

    static let mishaps: [Mishap] = [
        Mishap("rows lost", says: "region.sqlite is missing", { $0.home }, { try $0.remove($1) }),
        Mishap("rows lost and their log left", says: "region.sqlite is missing", { $0.home }) { kept, path in
            try kept.remove(path)
            try kept.write([1, 2, 3], to: path + "-wal")
        },
        Mishap("rows emptied", says: "region.sqlite is empty", { $0.home }, { try $0.write([], to: $1) }),
        Mishap("rows without a table", says: "region.sqlite is empty", { $0.home }) { kept, path in
            try kept.remove(path)
            try makeEmptyDatabase(path)
        },
        Mishap("rows of another Region", says: "holds the rows of eu-west-1", { $0.home }) { try $0.copy($0.away, over: $1) },
        Mishap("rows of garbage", says: "region.sqlite, which holds the rows of a Region, cannot be used", { $0.home }) {
            try $0.write([UInt8](repeating: 0x5A, count: 1 << 16), to: $1)
        },
        Mishap("rows cut in half", says: "region.sqlite, which holds the rows of a Region, cannot be used", { $0.home }) { kept, path in
            let whole = try Data(contentsOf: URL(filePath: path))
            try kept.write(Array(whole.prefix(whole.count / 2)), to: path)
        },
        Mishap("the directory in place of rows", says: "a database of another kind", { $0.home }) {
            try $0.copy($0.folder.directoryDatabase, over: $1)
        },
        Mishap("a Region's folder lost", says: "us-east-1 is missing", { $0.folder.regionFolder(World.home) }, { try $0.remove($1) }),
        Mishap("another Region's folder", says: "holds the rows of eu-west-1", { $0.folder.regionFolder(World.home) }) {
            try $0.copy($0.folder.regionFolder(World.away), over: $1)
        },
        Mishap("packs lost", says: "packs is missing or empty", { $0.folder.packs(World.home) }, { try $0.remove($1) }),
        Mishap("another Region's packs", says: "packs beside it belong to eu-west-1", { $0.folder.packs(World.home) }) {
            try $0.copy($0.folder.packs(World.away), over: $1)
        },
        Mishap("the mark lost", says: "rows.mark, is missing", { $0.folder.packs(World.home) + "/rows.mark" }, { try $0.remove($1) }),
        Mishap("the mark damaged", says: "rows.mark, is damaged", { $0.folder.packs(World.home) + "/rows.mark" }) {
            try $0.write([1, 2, 3], to: $1)
        },
        Mishap("the directory lost", says: "directory.sqlite is missing", { $0.folder.directoryDatabase }, { try $0.remove($1) }),
        Mishap("the directory emptied", says: "directory.sqlite is empty", { $0.folder.directoryDatabase }, { try $0.write([], to: $1) }),
        Mishap("the directory's mark lost", says: "rows.mark, is missing", { $0.folder.path + "/rows.mark" }, { try $0.remove($1) }),
        Mishap("the directory's mark damaged", says: "rows.mark, is damaged", { $0.folder.path + "/rows.mark" }) {
            try $0.write([1, 2, 3], to: $1)
        },
        Mishap("rows in place of the directory", says: "a database of another kind", { $0.folder.directoryDatabase }) {
            try $0.copy($0.home, over: $1)
        },
    ]

    @Test(arguments: mishaps) func nothingStartsAndNothingIsFreed(_ mishap: Mishap) async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            let path = mishap.path(kept)
            let saved = kept.folder.path + "/saved"
            try kept.copy(path, over: saved)
            try mishap.harm(kept, path)
            let packs = try? kept.packs()
            try await expectRefusals(of: kept, saying: mishap.says)
            #expect((try? kept.packs()) == packs, "packs are as they were")
            #expect(try await Recover(folder: kept.folder).findings().contains { $0.trouble != nil })

            try kept.copy(saved, over: path)
            #expect(try await Recover(folder: kept.folder).findings().allSatisfy { $0.trouble == nil })
            try await kept.serving { world in
                for (region, id) in made { try await world.expect(id, in: region, holds: [0: 1, 1500: 2]) }
            }
        }
    }

    /// The start, and all that works on a stopped server's folder.
    private func expectRefusals(of kept: KeptFolder, saying text: String) async throws {
        func expect(_ what: String, _ body: () async throws -> Void) async {
            do {
                try await body()
                Issue.record("\(what) went on")
            } catch {
                #expect("\(error)".contains(text), "\(what): \(error)")
            }
        }
        let maintenance = Maintenance(folder: kept.folder)
        await expect("the start") { try await kept.serving() }
        await expect("gc") { _ = try await maintenance.collect(World.home, logger: kept.log.logger) }
        await expect("scrub") { for region in try maintenance.regions() { _ = try await maintenance.scrub(region) } }
        await expect("scrub --repair") {
            for region in try maintenance.regions() { _ = try await maintenance.scrub(region, repairing: true) }
        }
        await expect("rebuild-index") { for region in try maintenance.regions() { _ = try await maintenance.rebuildIndex(of: region) } }
        await expect("rotate-root-key") {
            _ = try await RootKeyRotation(folder: kept.folder, logger: kept.log.logger).run(from: .dataFolder, to: .dataFolder)
        }
    }

    /// A file of a backup is put in place of one that was lost in a crash, and the log of that one lies there still.
    @Test func aLogIsNotLaidOverAnOlderFile() async throws {
        try await KeptFolder.run { kept in
            _ = try await kept.store()
            let older = kept.folder.path + "/older"
            try kept.copy(kept.home, over: older)
            _ = try await kept.store([0: 3])
            let crashed = kept.folder.path + "/crashed"
            let mark = kept.folder.packs(World.home) + "/rows.mark"
            try await kept.serving { world in
                try await world.reconciling { _ = try await world.snapshot([0: 4], in: World.home) }
                // As a process leaves them that is killed.
                for suffix in ["", "-wal"] { try kept.copy(kept.home + suffix, over: crashed + suffix) }
                try kept.copy(mark, over: crashed + ".mark")
            }
            #expect(try Data(contentsOf: URL(filePath: crashed + "-wal")).count > 0)
            func lay(_ file: String) throws {
                try kept.copy(file, over: kept.home)
                try kept.copy(crashed + "-wal", over: kept.home + "-wal")
            }
            try lay(older)
            try await expectRefusals(of: kept, saying: "older than its log")
            #expect(try await Recover(folder: kept.folder).findings().contains { "\($0.trouble as Any)".contains("older than its log") })
            let names = try FileManager.default.contentsOfDirectory(atPath: kept.folder.regionFolder(World.home))
            #expect(!names.contains { $0.contains("look") }, "\(names)")
            // Beside the file that it belongs to it is laid over it.
            try lay(crashed)
            try kept.copy(crashed + ".mark", over: mark)
            try await kept.serving()
        }
    }

    @Test func rowsOfABackupThatIsOlderThanThePacksAreToldFromTheRightOnes() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            try kept.copy(kept.home, over: kept.saved(kept.home))
            var later: SnapshotID?
            try await kept.serving { world in try await world.reconciling { later = try await world.snapshot([3: 9]) } }
            let right = kept.home + ".right"
            try kept.copy(kept.home, over: right)
            try kept.copy(kept.saved(kept.home), over: kept.home)
            try await expectRefusals(of: kept, saying: "older than the packs beside it")

            try kept.copy(right, over: kept.home)
            try await kept.serving { world in
                try await world.expect(try #require(later), in: World.home, holds: [3: 9])
                try await world.expect(try #require(made[World.home]), in: World.home, holds: [0: 1, 1500: 2])
            }
        }
    }

    @Test func anOperatorMayGoOnFromOlderRowsAndTheLostOnesAreToldFromThenOn() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            try kept.copy(kept.home, over: kept.saved(kept.home))
            try await kept.serving { world in try await world.reconciling { _ = try await world.snapshot([3: 9]) } }
            let lost = kept.home + ".lost"
            try kept.copy(kept.home, over: lost)
            try kept.copy(kept.saved(kept.home), over: kept.home)
            try Recover(folder: kept.folder).accept(World.home)
            #expect(throws: NothingAmiss.self) { try Recover(folder: kept.folder).accept(World.home) }
            try await kept.serving { world in
                try await world.expect(try #require(made[World.home]), in: World.home, holds: [0: 1, 1500: 2])
            }
            try kept.copy(lost, over: kept.home)
            try await expectRefusals(of: kept, saying: "older than the packs beside it")
        }
    }

    @Test func rowsOfAnotherFolderAreNotTheRegions() async throws {
        try await KeptFolder.run { kept in
            try await KeptFolder.run { other in
                _ = try await kept.store()
                _ = try await other.store()
                try kept.copy(other.home, over: kept.home)
                try await expectRefusals(of: kept, saying: "it is of another data folder than directory.sqlite")
                #expect(throws: RowsAmiss.self) { try Recover(folder: kept.folder).accept(World.home) }
            }
        }
    }

    @Test func theDirectoryOfAnotherFolderIsNotTheFolders() async throws {
        try await KeptFolder.run { kept in
            try await KeptFolder.run { other in
                _ = try await kept.store()
                try await other.serving()
                try kept.copy(other.folder.directoryDatabase, over: kept.folder.directoryDatabase)
                try kept.copy(other.folder.rootKey, over: kept.folder.rootKey)
                try await expectRefusals(of: kept, saying: "this data folder has had another directory")
                try kept.copy(other.folder.path + "/rows.mark", over: kept.folder.path + "/rows.mark")
                try await expectRefusals(of: kept, saying: "of another data folder than directory.sqlite")
            }
        }
    }

    @Test func aRegionThatBeginsAnewIsEmptyAndNothingOfTheOldOneIsDeleted() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            #expect(throws: NothingAmiss.self) { _ = try Recover(folder: kept.folder).beginAnew(World.home) }
            try kept.remove(kept.home)
            let packs = try kept.packs().filter { $0.key.hasPrefix("us-east-1/") }
            let aside = try #require(try Recover(folder: kept.folder).beginAnew(World.home))
            for (name, bytes) in packs {
                let place = aside + "/" + name.replacing("/", with: "/packs/")
                #expect(try Data(contentsOf: URL(filePath: place)) == bytes)
            }
            try await kept.serving { world in
                #expect(try await world.listing(of: World.home).isEmpty)
                try await world.expect(try #require(made[World.away]), in: World.away, holds: [0: 1, 1500: 2])
            }
        }
    }

    @Test func aDirectoryThatIsBegunAnewKnowsWhoseTheRegionsAre() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            try await kept.serving { world in try await Buckets(world.call(World.home)).create("depot") }
            try kept.remove(kept.folder.directoryDatabase)
            _ = try Recover(folder: kept.folder).beginAnewWithDirectory()
            try await kept.serving { world in
                let accounts = try await world.deployment.directory.read { try DirectoryTable($0).accounts(atMost: 9) }
                #expect(accounts == [World.account])
                #expect(try await Buckets(world.call(World.home)).require("depot").name.rawValue == "depot")
                for (region, id) in made { try await world.expect(id, in: region, holds: [0: 1, 1500: 2]) }
            }
        }
    }

    /// A folder of before there were identities and marks opens, and has them from then on.
    @Test func anOlderFolderOpensAndIsMarked() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            try kept.remove(kept.folder.path + "/rows.mark")
            for region in [World.home, World.away] {
                try kept.remove(kept.folder.packs(region) + "/rows.mark")
                for (path, schema) in [(kept.folder.regionDatabase(region), Schema.region), (kept.folder.frameIndex(region), .frameIndex)] {
                    let database = try Database(path: path, schema: schema)
                    _ = try database.blockingWrite { try $0.execute("DROP TABLE identity") }
                    try database.close()
                }
            }
            let directory = try Database(path: kept.folder.directoryDatabase, schema: .directory)
            try directory.blockingWrite { transaction in
                try transaction.execute("DROP TABLE identity")
                try transaction.execute("DELETE FROM regions")
            }
            try directory.close()
            try await kept.serving { world in
                for (region, id) in made { try await world.expect(id, in: region, holds: [0: 1, 1500: 2]) }
            }
            try kept.remove(kept.home)
            try await expectRefusals(of: kept, saying: "region.sqlite is missing")
        }
    }

    /// What a crash in the first start may leave is no loss.
    @Test func aFirstStartThatWasCutOffIsDoneAgain() async throws {
        try await KeptFolder.run { kept in
            try kept.folder.make([World.home])
            try kept.write([], to: kept.folder.directoryDatabase)
            try kept.write([], to: kept.home)
            try await kept.serving([World.home])
            try await kept.serving()
        }
    }

    private static func makeEmptyDatabase(_ path: String) throws {
        let database = try Database(path: path, schema: .directory)
        try database.blockingWrite { transaction in
            for row in try transaction.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rootpage DESC") {
                try transaction.execute("DROP TABLE \(row.text("name"))")
            }
        }
        try database.close()
    }
}
