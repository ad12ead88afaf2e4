import Foundation
import Logging
import Machines
import TestSupport

/// A disk that is served on a socket in a folder of its own, and QEMU's tools as its clients.
struct NBDWorkshop: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: String
    let disk: MemoryDisk
    let server: NBDServer

    var socket: String { "\(folder)/disk.sock" }
    var uri: String { "nbd+unix:///root?socket=\(socket)" }

    static func serve(
        _ bytes: Int = 8 << 20,
        isReadOnly: Bool = false,
        limits: NBDLimits = NBDLimits(),
        _ body: (NBDWorkshop) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nbd-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let disk = MemoryDisk(bytes)
        let server = try await NBDServer.start(
            NBDExport(name: "root", disk: disk, isReadOnly: isReadOnly),
            at: "\(folder)/disk.sock",
            limits: limits,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        do {
            try await body(NBDWorkshop(folder: folder, disk: disk, server: server))
        } catch {
            disk.letGo()
            await server.stop()
            throw error
        }
        disk.letGo()
        await server.stop()
    }

    /// Runs a tool to its end, which takes no thread meanwhile: its disk is served by this process.
    @discardableResult
    func run(_ tool: String, _ arguments: [String], fails: Bool = false) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/\(tool)")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let log = "\(folder)/\(UUID().uuidString).log"
        try Data().write(to: URL(filePath: log))
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        let said = try String(contentsOfFile: log, encoding: .utf8)
        guard (process.terminationStatus == 0) != fails else { throw Failure(description: "\(tool) \(arguments): \(said)") }
        return said
    }

    /// Runs commands of qemu-io, none of which says that it failed.
    @discardableResult
    func qemuIO(_ commands: String..., options: [String] = ["-t", "writeback"]) async throws -> String {
        let said = try await run("qemu-io", options + ["-f", "raw"] + commands.flatMap { ["-c", $0] } + [uri])
        guard !said.contains("failed") else { throw Failure(description: said) }
        return said
    }

    /// Talks with the server byte by byte.
    func connect(_ body: @Sendable (inout NBDWire) async throws -> Void) async throws {
        try await NBDWire.connect(to: socket, body)
    }
}
