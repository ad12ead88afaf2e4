import Files
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct FileWriterTests {
    /// Pieces of every length, in no order and from several threads at once, some of them far behind the last one: the file holds what
    /// was written, whichever chunks were on their way to the disk meanwhile.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func writesOfSeveralThreadsInAnyOrderAllArrive(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let path = temporaryPath()
        defer { unlink(path) }
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let writer = FileWriter(descriptor: descriptor)

        // More than all chunks that may be underway.
        let length = 12 * Int(FileWriter.chunkBytes) + 4_321
        let content = (0..<length).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7 ^ Int(seed)) }
        var pieces: [Range<Int>] = []
        var start = 0
        while start < length {
            let end = min(length, start + 1 + Int(random.next() % 3_000_000))
            pieces.append(start..<end)
            start = end
        }
        pieces.shuffle(using: &random)
        let shuffled = pieces
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    for piece in stride(from: lane, to: shuffled.count, by: 4).map({ shuffled[$0] }) {
                        try writeAll(content[piece], at: piece.lowerBound, with: writer)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == content, "seed \(seed)")
    }

    @Test func aFailedWriteSaysWhy() throws {
        let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let writer = FileWriter(descriptor: descriptor)
        #expect { try writeAll([1, 2, 3], at: 0, with: writer) } throws: { ($0 as? WriteFailure)?.errno == ENOSPC }
        // The next one is not held up by it.
        #expect { try writeAll([1, 2, 3], at: 0, with: writer) } throws: { ($0 as? WriteFailure)?.errno == ENOSPC }
    }

    private func temporaryPath() -> String { FileManager.default.temporaryDirectory.path + "/ferry-files-\(UUID().uuidString)" }
}

private func writeAll(_ bytes: ArraySlice<UInt8>, at offset: Int, with writer: FileWriter) throws {
    try bytes.withUnsafeBytes { memory in
        var done = 0
        while done < memory.count {
            done += try writer.write(UnsafeRawBufferPointer(rebasing: memory.dropFirst(done)), at: UInt64(offset + done))
        }
    }
}
