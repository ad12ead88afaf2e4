import Foundation

/// How many files and connections this process may have open.
enum FileLimit {
    /// Raises the limit to the highest that the process may set, and returns it.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let highest = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
        if withUnsafePointer(to: highest, { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), $0) }) == 0 { limit = highest }
        return Int(clamping: limit.rlim_cur)
    }
}
