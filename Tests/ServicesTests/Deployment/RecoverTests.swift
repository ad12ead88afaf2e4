import Domain
import Foundation
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// What an operator does when files are lost for good, and what is found when they turn up again.
@Suite(.againstHangs) struct RecoverTests {
    private func expectRefusal(of kept: KeptFolder, saying text: String) async throws {
        let refusal = await #expect(throws: (any Error).self) { try await kept.serving() }
        #expect("\(refusal as Any)".contains(text), "\(refusal as Any)")
    }

    private func findings(_ kept: KeptFolder) async throws -> [String: String] {
        let troubles = try await Recover(folder: kept.folder).findings().compactMap { finding in
            finding.trouble.map { (finding.name, "\($0)") }
        }
        return Dictionary(uniqueKeysWithValues: troubles)
    }

    @Test func anOlderDirectoryIsRefusedAndTakesTheNamesOfBucketsWhenItIsAccepted() async throws {
        try await KeptFolder.run { kept in
            try await kept.serving { try await $0.buckets().create("early") }
            let directory = kept.folder.directoryDatabase
            try kept.copy(directory, over: kept.saved(directory))
            try await kept.serving { try await $0.buckets().create("late") }
            let right = directory + ".right"
            try kept.copy(directory, over: right)
            try kept.copy(kept.saved(directory), over: directory)
            try await expectRefusal(of: kept, saying: "is older than this data folder")
            #expect(try await findings(kept)["directory"]?.contains("older than this data folder") == true)

            try Recover(folder: kept.folder).acceptDirectory()
            #expect(throws: NothingAmiss.self) { try Recover(folder: kept.folder).acceptDirectory() }
            try await kept.serving { world in
                for name in ["early", "late"] { _ = try await world.buckets().require(name) }
            }
            // The one that was lost is told from this one now.
            try kept.copy(right, over: directory)
            try await expectRefusal(of: kept, saying: "is older than this data folder")
        }
    }

    @Test func aDirectoryThatLosesItsLogIsRefused() async throws {
        try await KeptFolder.run { kept in
            try await kept.serving { try await $0.buckets().create("early") }
            let directory = kept.folder.directoryDatabase
            let mark = kept.folder.path + "/rows.mark"
            try await kept.serving { world in
                try await world.buckets().create("late")
                // As a process leaves them that is killed, but for the log.
                try kept.copy(directory, over: kept.saved(directory))
                try kept.copy(mark, over: kept.saved(mark))
            }
            try kept.copy(kept.saved(directory), over: directory)
            try kept.copy(kept.saved(mark), over: mark)
            try await expectRefusal(of: kept, saying: "is older than this data folder")
        }
    }

    @Test func aDirectoryThatTurnsUpAgainOpensAllThatItDid() async throws {
        try await KeptFolder.run { kept in
            let content = SampleBody.content(300_000, seed: 5)
            try await kept.serving { world in
                try await world.buckets().create("depot")
                try await world.put("sealed", content, under: .s3)
                try await world.store(World.home).keys.certificates.require()
            }
            let directory = kept.folder.directoryDatabase
            try kept.copy(directory, over: kept.saved(directory))
            let certificate = try await Maintenance(folder: kept.folder).certificate(of: World.home)
            try kept.remove(directory)
            let aside = try #require(try Recover(folder: kept.folder).beginAnewWithDirectory())

            try kept.copy(kept.saved(directory), over: directory)
            for region in [World.home, World.away] {
                try kept.copy("\(aside)/\(region).region.sqlite", over: kept.folder.regionDatabase(region))
            }
            try await kept.serving { world in
                let object = try await world.objects().head("sealed", in: "depot")
                #expect(try await world.read(object) == content)
            }
            #expect(try await Maintenance(folder: kept.folder).certificate(of: World.home) == certificate)
        }
    }

    @Test func aRegionWithoutItsPacksGoesOnWhenItIsTold() async throws {
        try await KeptFolder.run { kept in
            _ = try await kept.store()
            try kept.remove(kept.folder.packs(World.home))
            try await expectRefusal(of: kept, saying: "ferry recover --accept us-east-1")
            try Recover(folder: kept.folder).accept(World.home)
            try await kept.serving()
            // New packs are missed as the old ones were.
            let made = try await kept.store([7: 7])
            try await kept.serving { try await $0.expect(try #require(made[World.home]), in: World.home, holds: [7: 7]) }
            try kept.remove(kept.folder.packs(World.home))
            try await expectRefusal(of: kept, saying: "packs is missing or empty")
        }
    }

    @Test func aRegionThatWasSetAsideComesBackWhenItIsTold() async throws {
        try await KeptFolder.run { kept in
            let made = try await kept.store()
            let right = kept.folder.path + "/right"
            try kept.copy(kept.folder.regionFolder(World.home), over: right)
            try kept.remove(kept.home)
            _ = try Recover(folder: kept.folder).beginAnew(World.home)
            try await kept.serving()
            try kept.copy(right, over: kept.folder.regionFolder(World.home))
            try await expectRefusal(of: kept, saying: "they were set aside once")
            try Recover(folder: kept.folder).accept(World.home)
            try await kept.serving { try await $0.expect(try #require(made[World.home]), in: World.home, holds: [0: 1, 1500: 2]) }
        }
    }

    @Test func whatIsAmissIsFound() async throws {
        try await KeptFolder.run { kept in
            _ = try await kept.store()
            #expect(try await findings(kept).isEmpty)
            func expect(_ name: String, saying text: String, without path: String, _ harm: () throws -> Void) async throws {
                try kept.copy(path, over: kept.saved(path))
                try harm()
                let found = try await findings(kept)
                #expect(found[name]?.contains(text) == true, "\(found)")
                try kept.copy(kept.saved(path), over: path)
                #expect(try await findings(kept).isEmpty)
            }
            let root = kept.folder.rootKey
            try await expect("root key", saying: "is missing", without: root) { try kept.remove(root) }
            try await expect("root key", saying: "is no key file", without: root) {
                try kept.write(Array("garbage".utf8), to: root)
                chmod(root, 0o600)
            }
            let name = try #require(try kept.packs().keys.first { $0.hasPrefix("us-east-1/") })
            let pack = kept.folder.packs(World.home) + "/" + name.dropFirst("us-east-1/".count)
            try await expect("us-east-1", saying: "is missing or cut", without: pack) {
                try kept.write(Array(try Data(contentsOf: URL(filePath: pack)).prefix(9000)), to: pack)
            }
            for database in [kept.home, kept.folder.directoryDatabase] {
                let isHome = database == kept.home
                try await expect(isHome ? "us-east-1" : "directory", saying: database, without: database) {
                    var bytes = [UInt8](try Data(contentsOf: URL(filePath: database)))
                    // The last page is in use: the file was closed in order, and nothing was deleted.
                    for place in (bytes.count - 4096)..<(bytes.count - 4032) { bytes[place] ^= 0x5A }
                    try kept.write(bytes, to: database)
                }
            }
        }
    }

    @Test func aDamagedDatabaseMayBeGivenUp() async throws {
        try await KeptFolder.run { kept in
            _ = try await kept.store()
            var bytes = [UInt8](try Data(contentsOf: URL(filePath: kept.home)))
            for place in (bytes.count - 4096)..<(bytes.count - 4032) { bytes[place] ^= 0x5A }
            try kept.write(bytes, to: kept.home)
            #expect(try Recover(folder: kept.folder).beginAnew(World.home) != nil)
            try await kept.serving { world in
                let listed = try await world.listing(of: World.home)
                #expect(listed.isEmpty)
            }
        }
    }
}
