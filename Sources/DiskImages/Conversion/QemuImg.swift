import Foundation
import Synchronization

/// One run of qemu-img, fenced in: an environment of its own, no input, bounds for its memory and its file, and an end when it is cancelled
/// or the disk fills up.
final class QemuImg: Sendable {
    private enum State {
        case waiting
        case running(pid_t)
        case ended
        case cancelled
    }

    /// 4 GiB of addresses: tables of the largest disk that is let in, and the stacks and caches of 64 threads.
    private static let addressBytes = 4 << 30
    /// Of util-linux, which every Debian has.
    private static let limiter = "/usr/bin/prlimit"
    private static let pollMilliseconds: Int32 = 250

    private let tool: String
    private let arguments: [String]
    private let folder: String
    private let reserve: Int64
    private let mostBytes: Int64?
    private let state = Mutex(State.waiting)

    /// - Parameters:
    ///   - folder: where the product is made.
    ///   - reserve: bytes to leave free there.
    ///   - mostBytes: the largest file that it may write.
    init(tool: String, arguments: [String], folder: String, reserve: Int64, mostBytes: Int64?) {
        self.tool = tool
        self.arguments = arguments
        self.folder = folder
        self.reserve = reserve
        self.mostBytes = mostBytes
    }

    /// Runs it to its end. Returns what it complained of when it failed; a cancelled call kills it and returns when it is gone.
    func run(_ progress: @escaping DiskConverter.Progress) async throws -> Complaint? {
        try await withTaskCancellationHandler {
            try await BlockingCalls.run { _ in try self.wait(progress) }
        } onCancel: {
            cancel()
        }
    }

    private func wait(_ progress: @escaping DiskConverter.Progress) throws -> Complaint? {
        try checkRoom()
        let process = Process()
        process.executableURL = URL(filePath: Self.limiter)
        process.arguments = limits + ["--", tool] + arguments
        process.environment = ["LC_ALL": "C", "MALLOC_ARENA_MAX": "2"]
        process.currentDirectoryURL = URL(filePath: "/")
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        guard try start(process) else { return nil }
        var reader = ConversionOutput(progress)
        var failure: (any Error)?
        do { try read(output.fileHandleForReading, into: &reader) } catch {
            failure = error
            kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        state.withLock { if case .running = $0 { $0 = .ended } }
        if let failure { throw failure }
        guard process.terminationReason == .exit else {
            return Complaint(text: "qemu-img was ended by signal \(process.terminationStatus)")
        }
        return process.terminationStatus == 0 ? nil : reader.complaint(status: process.terminationStatus)
    }

    private var limits: [String] {
        ["--as=\(Self.addressBytes)", "--core=0"] + (mostBytes.map { ["--fsize=\($0)"] } ?? [])
    }

    /// False when it was cancelled before.
    private func start(_ process: Process) throws -> Bool {
        try state.withLock { state in
            if case .cancelled = state { return false }
            do { try process.run() } catch { throw DiskImageError(.tool, "Cannot run \(tool) by \(Self.limiter): \(error).") }
            state = .running(process.processIdentifier)
            return true
        }
    }

    private func cancel() {
        state.withLock { state in
            if case .running(let id) = state { kill(id, SIGKILL) }
            if case .ended = state { return }
            state = .cancelled
        }
    }

    /// Reads until the process closes its end, and looks at the disk meanwhile.
    private func read(_ handle: FileHandle, into reader: inout ConversionOutput) throws {
        var place = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let ready = poll(&place, 1, Self.pollMilliseconds)
            try checkRoom()
            guard ready > 0 else { continue }
            let count = Glibc.read(handle.fileDescriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            reader.take(buffer[..<count])
        }
    }

    private func checkRoom() throws {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return }
        let free = Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        guard free >= reserve else {
            throw DiskImageError(
                .room,
                "Converting the disk would fill up \(folder): \(free) bytes are free there, and \(reserve) must stay so."
            )
        }
    }
}
