import Glibc

/// A system call that failed.
package struct IOFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the call, such as `pwrite`.
    package let call: String
    package let path: String
    package let errno: Int32

    package init(call: String, path: String, errno: Int32) {
        self.call = call
        self.path = path
        self.errno = errno
    }

    package var description: String { "\(call) \(path): \(Self.text(of: errno))" }

    package var isNotFound: Bool { errno == ENOENT }

    package static func text(of errno: Int32) -> String { String(cString: strerror(errno)) }

    /// Makes a call again when a signal has interrupted it before it has done anything.
    static func retryingInterrupted<Result>(_ call: () throws(IOFailure) -> Result) throws(IOFailure) -> Result {
        while true {
            do throws(IOFailure) {
                return try call()
            } catch {
                if error.errno != EINTR { throw error }
            }
        }
    }
}
