import CSpawn
import Glibc

/// A process that outlives this one: in a session of its own, with nothing open but what it is given, bounded, and known by a file.
struct DetachedProcess {
    /// Of util-linux, which every Debian has.
    private static let limiter = "/usr/bin/prlimit"
    /// Writes its own id, start and boot, then becomes the program: `$0` is the file.
    private static let launcher = #"""
        umask 077 && read -r status </proc/self/stat && { read -r boot </proc/sys/kernel/random/boot_id || boot=-; } 2>/dev/null && printf '%s\n%s\n' "$status" "$boot" >"$0.new" && mv "$0.new" "$0" && exec "$@"
        """#

    let program: String
    let arguments: [String]
    let folder: String
    /// The file in the folder that tells which process it is.
    let record: String
    /// What it says, in the folder.
    let log: String
    let limits: [String]
    /// What it inherits, from descriptor 3 on.
    let descriptors: [Int32]

    /// - Throws: ``MachineError`` of the kind `runs` when a process that was started under this record lives, whoever started it and whether it
    ///   has written its record yet or not.
    func start() throws(MachineError) {
        let lock = try lock()
        defer { close(lock) }
        let descriptors = descriptors + [lock]
        let words = ["sh", "-c", Self.launcher, record, Self.limiter] + limits + ["--", program] + arguments
        let environment = ["LC_ALL=C", "PATH=/usr/bin:/bin", "MALLOC_ARENA_MAX=2"]
        unlink("\(folder)/\(record)")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addchdir_np(&actions, folder)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for (place, descriptor) in descriptors.enumerated() { posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(3 + place)) }
        posix_spawn_file_actions_addclosefrom_np(&actions, Int32(3 + descriptors.count))
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | Self.newSession)
        var id = pid_t()
        let failure = Self.withStrings(words) { words in
            Self.withStrings(environment) { environment in posix_spawn(&id, "/bin/sh", &actions, &attributes, words, environment) }
        }
        guard failure == 0 else { throw MachineError(.process, "Cannot start \(program): \(String(cString: strerror(failure))).") }
    }

    /// A lock that the process holds as long as it lives, since it inherits it: there is no moment at which a second one could begin.
    private func lock() throws(MachineError) -> Int32 {
        let path = "\(folder)/\(record).lock"
        let made = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard made >= 0 else { throw MachineError(.process, "Cannot make \(path): \(String(cString: strerror(errno))).") }
        defer { close(made) }
        guard flock(made, LOCK_EX | LOCK_NB) == 0 else { throw MachineError(.runs, "\(program) runs already.") }
        // Above those that a child gets, so that none is replaced before it is passed on.
        return fcntl(made, F_DUPFD_CLOEXEC, 64)
    }

    /// `POSIX_SPAWN_SETSID`, which is declared for GNU's extensions alone.
    private static let newSession: Int16 = 0x80

    private static func withStrings<Result>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        let pointers = texts.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        return body(pointers + [nil])
    }
}
