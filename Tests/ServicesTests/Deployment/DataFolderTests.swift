import Blocks
import Domain
import Foundation
import Services
import TestSupport
import Testing

@Suite struct DataFolderTests {
    @Test func onlyTheOwnerLooksInside() async throws {
        try await World.run { world in
            let files = FileManager.default
            let regions = try world.folder.regions()
            #expect(regions == [World.away, World.home])
            #expect(try mode(of: world.folder.path) == 0o700)
            #expect(try mode(of: world.folder.regionFolder(World.home)) == 0o700)
            #expect(try mode(of: world.folder.regionFolder(World.home) + "/packs") == 0o700)
            for file in [world.folder.directoryDatabase, world.folder.regionDatabase(World.home), world.folder.frameIndex(World.home)] {
                #expect(files.fileExists(atPath: file))
                #expect(try mode(of: file) == 0o600)
            }
        }
    }

    @Test func aFolderThatWasOpenIsClosed() async throws {
        try await World.run { world in
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: world.folder.path)
            try world.folder.make([World.home])
            #expect(try mode(of: world.folder.path) == 0o700)
        }
    }

    @Test func oneProcessAtATime() async throws {
        try await World.run { world in
            let lock = try world.folder.lock()
            #expect(throws: DataFolderInUse.self) { _ = try world.folder.lock() }
            lock.release()
            let again = try world.folder.lock()
            // The file is no way in: another one of its name is another lock, and the folder is still the same.
            try FileManager.default.removeItem(atPath: world.folder.path + "/lock")
            #expect(throws: DataFolderInUse.self) { _ = try world.folder.lock() }
            again.release()
        }
    }

    /// Opened by the product's own way, the folder holds what was there before.
    @Test func whatWasWrittenIsThereAtTheNextStart() async throws {
        try await KeptFolder.run { kept in
            var (names, sealed): ([String], String) = ([], "")
            try await kept.serving { world in
                try await world.reconciling {
                    let snapshot = try await world.snapshot([0: 1, 1500: 2])
                    _ = try await world.register("web", over: [snapshot])
                    names = try await world.listing(of: World.home).map(\.name)
                }
                sealed = world.deployment.tokens.seal([1, 2, 3], as: .page, until: kept.clock.now)
            }
            try await kept.serving { world in
                #expect(world.deployment.tokens.open(sealed, as: .page, at: kept.clock.now) == [1, 2, 3])
                let listed = try await world.listing(of: World.home)
                #expect(listed.map(\.name) == names)
                #expect(throws: (any Error).self) { try world.deployment.store(of: known("sa-east-1")) }
            }
        }
    }

    private func mode(of path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
}
