import Glibc

/// Which process is meant: its id alone may be given to another once it has ended, its id, start and boot never.
///
/// It is read from a file that the process wrote of itself before it became QEMU (``DetachedProcess``): there is no moment at which one runs
/// without.
package struct ProcessRecord: Hashable, Sendable {
    package let id: pid_t
    /// In ticks since the boot.
    let start: UInt64
    let boot: String

    /// Reads a file of two lines: `/proc/PID/stat`, and the id of the boot.
    init?(contentsOf path: String) {
        let lines = Self.text(of: path).split(separator: "\n")
        guard lines.count == 2, let (id, start, _) = Self.status(lines[0]) else { return nil }
        self.id = id
        self.start = start
        boot = String(lines[1])
    }

    /// Of a process that runs now.
    init?(running id: pid_t) {
        guard let (id, start, _) = Self.status(Self.text(of: "/proc/\(id)/stat")) else { return nil }
        self.id = id
        self.start = start
        boot = Self.thisBoot
    }

    /// Whether it is there still. A child of this process that has ended is laid to rest: not before the last of its threads has ended, which may be
    /// after the one that the state is of.
    package var isAlive: Bool {
        guard boot == Self.thisBoot, let (_, start, state) = Self.status(Self.text(of: "/proc/\(id)/stat")), start == self.start else {
            return false
        }
        return state == "Z" ? waitpid(id, nil, WNOHANG) == 0 : state != "X"
    }

    /// Ends it without asking, and no other.
    func kill() {
        if isAlive { Glibc.kill(id, SIGKILL) }
    }

    /// The name of the program stands in brackets, and may hold anything.
    private static func status(_ text: some StringProtocol) -> (id: pid_t, start: UInt64, state: Substring)? {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"),
            let id = pid_t(String(text[..<open].filter(\.isNumber)))
        else {
            return nil
        }
        let fields = Substring(text[text.index(after: close)...]).split(separator: " ")
        guard fields.count > 19, let start = UInt64(fields[19]) else { return nil }
        return (id, start, fields[0])
    }

    /// `-` where it is not to be seen, as in a service under systemd's `ProcSubset=pid`.
    private static var thisBoot: String {
        let id = text(of: "/proc/sys/kernel/random/boot_id").filter { !$0.isNewline }
        return id.isEmpty ? "-" : id
    }

    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let count = max(0, read(descriptor, &buffer, buffer.count))
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
