import Files
import Foundation
import GuestNetwork
import Machines
import Synchronization
import Testing

/// What a real guest needs: a disk that boots, a server of it, a metadata service, a key.
final class GuestWorkshop: Sendable {
    let folder: String
    let machine: MachineFolder
    private let diskServer = Mutex(pid_t?.none)

    static let instance = "i-0123456789abcdef0"

    init(_ folder: String) throws {
        self.folder = folder
        machine = MachineFolder("\(folder)/machine")
        try FileManager.default.createDirectory(atPath: machine.path, withIntermediateDirectories: true)
        try Self.run("/bin/cp", "--sparse=always", Self.bootableDisk(), "\(folder)/disk.raw")
        try Self.run("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/key")
    }

    var key: String { (try? String(contentsOfFile: "\(folder)/key.pub", encoding: .utf8)) ?? "" }

    static func description(in folder: String) throws -> MachineDescription {
        try Sample.machine(disks: [.init(volume: "vol-0123456789abcdef0", socket: "\(folder)/disk.sock", export: "root", slot: 0)])
    }

    /// Where the programs are that were built with this test.
    static func installation() throws -> QEMUInstallation {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return try QEMUInstallation.find(
            .x86,
            helpers: [PathText.folder(of: program), Self.root + "/.build/debug", Self.root + "/.build/release"]
        )
    }

    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized.path

    /// Made of Debian packages by script/make-image; kept, since that takes seconds.
    private static func bootableDisk() throws -> String {
        let script = root + "/script/make-image"
        let made =
            try [script, root + "/script/boot-disk.sh"]
            .map { try FileManager.default.attributesOfItem(atPath: $0)[.modificationDate] as? Date ?? .distantPast }
            .max() ?? .distantPast
        let disk = root + "/.build/guest-\(Int(made.timeIntervalSince1970)).raw"
        guard !FileManager.default.fileExists(atPath: disk) else { return disk }
        let draft = disk + ".\(getpid())"
        try run(script, draft, "256")
        guard rename(draft, disk) == 0 else { throw MachineError(.process, "Cannot keep the guest's disk.") }
        return disk
    }

    func serveDisk() throws {
        unlink("\(folder)/disk.sock")
        let server = Process()
        server.executableURL = URL(filePath: "/usr/bin/qemu-nbd")
        server.arguments = [
            "-k", "\(folder)/disk.sock", "-f", "raw", "-x", "root", "-e", "8", "-t", "--discard=unmap", "\(folder)/disk.raw",
        ]
        try server.run()
        let id = server.processIdentifier
        diskServer.withLock { $0 = id }
    }

    /// As a crash.
    func killDiskServer() {
        if let id = diskServer.withLock({ $0.take() }) { kill(id, SIGKILL) }
    }

    /// Runs a command in the guest, as root.
    func ssh(_ port: UInt16, _ command: String) async throws -> (status: Int32, text: String) {
        let arguments = [
            "-i", "\(folder)/key", "-p", "\(port)", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
            "BatchMode=yes",
            "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=120", "root@\(Self.address)", command,
        ]
        return try await withCheckedThrowingContinuation { done in
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/ssh")
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            let output = Pipe()
            process.standardOutput = output
            process.terminationHandler = { process in
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                done.resume(returning: (process.terminationStatus, text))
            }
            do { try process.run() } catch { done.resume(throwing: error) }
        }
    }

    static let address = "127.77.66.55"

    /// Waits until the guest wrote this to its serial port.
    func console(has text: String, within limit: Duration = .seconds(400)) async throws {
        let deadline = ContinuousClock().now + limit
        while true {
            let console = String(decoding: machine.consoleOutput, as: UTF8.self)
            if console.contains(text) { return }
            guard ContinuousClock().now < deadline else {
                Issue.record("The guest never wrote \(text), but: \(console)")
                throw MachineError(.silent, "The guest never wrote \(text).")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    static func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) failed")
    }
}

/// A metadata service as far as the guest needs one, on a unix socket; each connection has one request.
final class StandInMetadata: Sendable {
    private let listener: Int32

    init(_ path: String, _ pages: [String: String]) throws {
        unlink(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        try #require(bound == 0 && listen(descriptor, 16) == 0)
        listener = descriptor
        Thread.detachNewThread {
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                Self.serve(client, pages)
                close(client)
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ client: Int32, _ pages: [String: String]) {
        var request = ""
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !request.contains("\r\n\r\n") {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let path = request.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let isKnown = request.hasPrefix("PUT") || request.contains("X-aws-ec2-metadata-token: secret")
        let page = request.hasPrefix("PUT") ? "secret" : pages[path]
        let status = isKnown ? (page == nil ? "404 Not Found" : "200 OK") : "401 Unauthorized"
        let body = isKnown ? page ?? "" : ""
        let answer = "HTTP/1.0 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        _ = answer.withCString { send(client, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    }
}

/// Something of the host that no guest is to reach: a port, on every address that it has.
final class HostPort {
    let number: UInt16
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let done = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(done)
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    var wasReached: Bool {
        let client = accept(listener, nil, nil)
        if client >= 0 { close(client) }
        return client >= 0
    }
}
