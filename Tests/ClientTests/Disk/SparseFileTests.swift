import Client
import Foundation
import NIOCore
import Testing

@Suite struct SparseFileTests {
    @Test func itAppearsWholeAndSparse() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/out"
            let file = try SparseFile(creating: path, replacing: false)
            try file.write(StubEBS.block(3), block: 1_000)
            #expect(!FileManager.default.fileExists(atPath: path))
            let length = Int64(1_001 * DiskBlock.size)
            try file.finish(length: length)
            #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
            let disk = try DiskFile(opening: path)
            #expect(disk.length == length)
            #expect(try disk.dataBytes() == Int64(DiskBlock.size))
        }
    }

    @Test func whatIsThereStaysUnlessItMayGo() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/out"
            try makeDisk(path, length: 5)
            #expect(throws: FileProblem.self) { try SparseFile(creating: path, replacing: false) }
            try SparseFile(creating: path, replacing: true).finish(length: 7)
            #expect(try DiskFile(opening: path).length == 7)
            #expect(throws: FileProblem.self, "a folder is never replaced") { try SparseFile(creating: folder, replacing: true) }
        }
    }

    @Test func aFileThatAppearsMeanwhileIsNotReplaced() async throws {
        try await withTemporaryFolder { folder in
            let file = try SparseFile(creating: folder + "/out", replacing: false)
            try makeDisk(folder + "/out", length: 5)
            #expect(throws: FileProblem.self) { try file.finish(length: 7) }
            #expect(try DiskFile(opening: folder + "/out").length == 5)
        }
    }

    @Test func twoWritersDoNotMeet() async throws {
        try await withTemporaryFolder { folder in
            let first = try SparseFile(creating: folder + "/out", replacing: false)
            #expect(throws: FileProblem.self) { try SparseFile(creating: folder + "/out", replacing: false) }
            try first.finish(length: 1)
        }
    }

    @Test func aDiscardedFileIsGone() async throws {
        try await withTemporaryFolder { folder in
            try SparseFile(creating: folder + "/out", replacing: false).discard()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }
}
