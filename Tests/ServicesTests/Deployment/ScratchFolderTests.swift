import Blocks
import Foundation
import Glibc
import Services
import TestSupport
import Testing

@Suite struct ScratchFolderTests {
    /// A program that nobody watches any more would go on filling the disk.
    @Test func whatADeadProcessLeftRunningIsEnded() async throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "ferry-scratch-\(UUID().uuidString)")
        let folder = home.appending(path: "scratch")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        let file = folder.appending(path: "disk.raw")
        try Data("a disk".utf8).write(to: file)
        // One that only ends when it is told to, under the name of the program that jobs run.
        let program = home.appending(path: "qemu-img")
        try FileManager.default.createSymbolicLink(at: program, withDestinationURL: URL(filePath: "/usr/bin/tail"))
        let (orphan, stranger) = (Process(), Process())
        for (process, watched) in [(orphan, file), (stranger, program)] {
            process.executableURL = program
            process.arguments = ["-f", watched.path]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
        }
        defer { kill(stranger.processIdentifier, SIGKILL) }
        let pool = DiskPool()
        ScratchFolder(folder.path, pool: pool).clear()
        orphan.waitUntilExit()
        #expect(orphan.terminationReason == .uncaughtSignal)
        #expect(stranger.isRunning)
        #expect(!FileManager.default.fileExists(atPath: file.path))
        try await pool.shutdown()
    }
}
