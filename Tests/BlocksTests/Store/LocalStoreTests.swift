import Blocks
import Foundation
import NIOCore
import TestSupport
import Testing

/// The store on a real folder.
struct LocalStoreTests {
    private func withFolder(_ body: (String, DiskPool) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ferry-blocks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let pool = DiskPool()
        let result = await Result.of { try await body(folder.path, pool) }
        try await pool.shutdown()
        try FileManager.default.removeItem(at: folder)
        try result.get()
    }

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func aFolderIsMadeWrittenReopenedCheckedAndRebuilt() async throws {
        try await withFolder { folder, pool in
            let index = MemoryFrameIndex()
            let blocks = (0..<6).map { UInt64($0) }.map { $0 % 2 == 0 ? TestBlock.compressible($0) : TestBlock.incompressible($0) }
            do {
                let store = try BlockStore(folder: folder, index: index, pool: pool, options: .init(packBytes: 1 << 20))
                #expect(try mode(folder + "/packs") == 0o700)
                let writer = store.writer()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for block in blocks { group.addTask { try await writer.put(block) } }
                    try await group.waitForAll()
                }
                try await writer.flush()
                try await store.close()
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/packs")
            #expect(names.count > 1)
            for name in names { #expect(try mode("\(folder)/packs/\(name)") == 0o600) }

            let original = index.all
            let store = try BlockStore(folder: folder, index: index, pool: pool)
            for block in blocks { #expect(try await store.read(TestBlock.digest(block)) == block) }
            #expect(try await Scrub(folder: folder, index: index, pool: pool).run().isClean)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/packs").count == names.count, "opening makes no pack")

            let report = try await RebuildIndex(folder: folder, index: index, pool: pool).run()
            #expect(report.damaged.isEmpty)
            #expect(index.all == original)
        }
    }

    @Test func otherFilesInTheFolderAreLeftAlone() async throws {
        try await withFolder { folder, pool in
            _ = try BlockStore(folder: folder, index: MemoryFrameIndex(), pool: pool)
            try Data("note".utf8).write(to: URL(fileURLWithPath: folder + "/packs/README"))
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/packs/00.pack"))
            let store = try BlockStore(folder: folder, index: MemoryFrameIndex(), pool: pool)
            #expect(store.recovery.packs == 0)
        }
    }

    @Test func aFolderThatCannotBeMadeIsAnError() async throws {
        try await withFolder { folder, pool in
            await expectStoreError(.io) {
                _ = try BlockStore(folder: folder + "/no/such/folder", index: MemoryFrameIndex(), pool: pool)
            }
        }
    }
}
