import Files
import Glibc

/// The folder of one machine: all that its processes read and write, but for its volumes. They run in it, so its names are theirs.
package struct MachineFolder: Hashable, Sendable {
    static let control = "qmp.sock"
    /// Where QEMU listens for the process that is the guest's network, and for who keeps its console.
    static let link = "link.sock"
    static let serial = "serial.sock"
    static let networkControl = "network.sock"
    /// Where the metadata service of this guest is to listen, by whoever serves it.
    package static let metadata = "metadata.sock"
    /// The control socket of the guest's TPM, and the folder in which that keeps its state.
    static let tpm = "tpm.sock"
    static let tpmState = "tpm"
    static let console = "console"
    static let variables = "uefi-variables.fd"
    static let process = "qemu.pid"
    static let helperProcess = "network.pid"
    static let tpmProcess = "tpm.pid"
    static let log = "qemu.log"
    static let screen = "screen.ppm"

    package let path: String

    package init(_ path: String) { self.path = PathText.absolute(path) }

    package func place(_ name: String) -> String { PathText.joined(path, name) }

    /// The path of a socket as a process takes it that runs in the folder: as it is, or where that is too long, from here.
    func socketPath(_ path: String) -> String { path.utf8.count > SocketPath.bytesMax ? PathText.relative(path, from: self.path) : path }

    /// The end of what the guest wrote to its serial port, 64 KiB at most, whether it runs or not.
    package var consoleOutput: [UInt8] { BoundedLog.read(place(Self.console))?.bytes ?? [] }

    /// When the guest wrote to its serial port last; nil before it has.
    package var consoleWrittenAt: (seconds: Int, nanoseconds: Int)? {
        var status = stat()
        guard stat(place(Self.console), &status) == 0 else { return nil }
        return (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }

    /// Makes it, for its owner alone, with what firmware keeps in it.
    func make(_ firmware: QEMUInstallation.Firmware?) throws(MachineError) {
        try make()
        if let firmware, access(place(Self.variables), F_OK) != 0 { try copy(firmware.variables, to: Self.variables) }
    }

    /// Makes it, for its owner alone.
    package func make() throws(MachineError) {
        var status = stat()
        if mkdir(path, 0o700) != 0 {
            guard errno == EEXIST, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                chmod(path, 0o700) == 0
            else { throw failure("make the folder", path) }
        }
    }

    /// Makes the folder of the TPM's state, which is the guest's as its disks are: it stays until the machine is gone.
    func makeTPMState() throws(MachineError) {
        guard mkdir(place(Self.tpmState), 0o700) == 0 || errno == EEXIST else { throw failure("make the folder", place(Self.tpmState)) }
    }

    /// Whole or not at all.
    private func copy(_ source: String, to name: String) throws(MachineError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure("read", source) }
        defer { close(input) }
        let draft = place(name + ".new")
        let output = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure("write", draft) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(input, &buffer, buffer.count)
            guard count >= 0 else { throw failure("read", source) }
            guard count > 0 else { break }
            guard write(output, buffer, count) == count else { throw failure("write", draft) }
        }
        guard fsync(output) == 0, rename(draft, place(name)) == 0 else { throw failure("write", draft) }
    }

    /// What QEMU said of itself: its last lines.
    package var complaint: String {
        let descriptor = open(place(Self.log), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let length = lseek(descriptor, 0, SEEK_END)
        let count = max(0, pread(descriptor, &buffer, buffer.count, max(0, length - off_t(buffer.count))))
        let lines = String(decoding: buffer[..<count], as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.isEmpty
            ? "it ended, and said nothing" : lines.suffix(3).joined(separator: "; ").replacing(PathText.joined(path, ""), with: "")
    }

    /// Reads a file that QEMU wrote, and removes it.
    func takeFile(_ name: String, most: Int) throws(MachineError) -> [UInt8] {
        let descriptor = open(place(name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("read", place(name)) }
        defer { close(descriptor) }
        unlink(place(name))
        let length = min(max(0, Int(lseek(descriptor, 0, SEEK_END))), most)
        var bytes = [UInt8](repeating: 0, count: length)
        guard pread(descriptor, &bytes, length, 0) == length else { throw failure("read", place(name)) }
        return bytes
    }

    private func failure(_ what: String, _ path: String) -> MachineError {
        MachineError(.process, "Cannot \(what) \(path): \(String(cString: strerror(errno))).")
    }
}
