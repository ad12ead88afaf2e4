import Foundation
import Machines
import Testing

/// Finding a machine that runs, with stand-ins for QEMU.
@Suite struct AdoptionTests {
    /// A folder in which a process is recorded as QEMU.
    private func withProcess(
        _ command: [String] = ["/bin/sleep", "600"],
        _ body: (MachineFolder, Process, AsyncStream<Process.TerminationReason>) async throws -> Void
    ) async throws {
        let folder = MachineFolder("/tmp/ferry-machine-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        let (ended, told) = AsyncStream.makeStream(of: Process.TerminationReason.self)
        process.terminationHandler = { told.yield($0.terminationReason) }
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        try record(process, in: folder)
        try await body(folder, process, ended)
    }

    private func record(_ process: Process, in folder: MachineFolder, startingLater ticks: Int = 0) throws {
        var status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8).split(separator: " ").map(
            String.init
        )
        status[21] = String(try #require(Int(status[21])) + ticks)
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        try (status.joined(separator: " ").filter { !$0.isNewline } + "\n" + boot).write(
            toFile: folder.place("qemu.pid"),
            atomically: true,
            encoding: .utf8
        )
    }

    @Test func aForeignProcessIsNeitherAdoptedNorKilled() async throws {
        try await withProcess { folder, process, _ in
            try record(process, in: folder, startingLater: 1)
            #expect(try await Machine.adopt(Sample.machine(), in: folder) == nil)
            await Machine.kill(in: folder)
            #expect(process.isRunning)
        }
    }

    /// As QEMU is for a moment when it ends: `ps` shows it as defunct, and its disks are open still.
    @Test func aProcessIsThereUntilItsLastThreadHasEnded() async throws {
        let program = """
            from ctypes import CDLL
            from platform import machine
            from threading import Thread
            from time import sleep
            Thread(target=sleep, args=(600,)).start()
            CDLL(None).syscall({"x86_64": 60}.get(machine(), 93), 0)
            """
        try await withProcess(["/usr/bin/python3", "-c", program]) { folder, process, _ in
            let status = "/proc/\(process.processIdentifier)/stat"
            while try !String(contentsOfFile: status, encoding: .utf8).contains(") Z ") { try await Task.sleep(for: .milliseconds(10)) }
            await Machine.kill(in: folder)
            #expect(!FileManager.default.fileExists(atPath: status))
        }
    }

    @Test func nothingIsAdoptedWhereNothingRuns() async throws {
        try await withProcess { folder, process, ended in
            kill(process.processIdentifier, SIGKILL)
            #expect(await ended.first { _ in true } == .uncaughtSignal)
            #expect(try await Machine.adopt(Sample.machine(), in: folder) == nil)
            try FileManager.default.removeItem(atPath: folder.place("qemu.pid"))
            #expect(try await Machine.adopt(Sample.machine(), in: folder) == nil)
            try "garbage".write(toFile: folder.place("qemu.pid"), atomically: true, encoding: .utf8)
            #expect(try await Machine.adopt(Sample.machine(), in: folder) == nil)
        }
    }

    /// It hangs when a volume is away.
    @Test func aMachineThatDoesNotQuitIsKilled() async throws {
        try await withProcess { folder, _, _ in
            let peer = try await ScriptedQMP.start(folder.place("qmp.sock")) { command, _ in
                command == "query-status" ? [#"{"return": {"status": "running"}, "id": ID}"#] : []
            }
            let machine = try #require(try await Machine.adopt(Sample.machine(), in: folder))
            let ended = Task { await machine.end(within: .milliseconds(50)) }
            // By this process or by its parent: whoever lays it to rest first.
            while machine.process.isAlive { try await Task.sleep(for: .milliseconds(10)) }
            try await peer.hangUp()
            await ended.value
            #expect(await machine.state == .gone)
            await peer.stop()
        }
    }
}
