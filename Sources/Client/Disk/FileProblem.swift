import Foundation

/// A file could not be used as it was asked for.
package struct FileProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var path: String
    /// What was being done: `read`, `create`.
    package var doing: String
    package var cause: String

    package init(_ doing: String, _ path: String, cause: String) {
        self.path = path
        self.doing = doing
        self.cause = cause
    }

    /// Takes the cause from `errno`, which must not have been touched since the call that failed.
    init(_ doing: String, _ path: String, errno code: Int32) {
        self.init(doing, path, cause: String(cString: strerror(code)))
    }

    static let inTheWay = "it exists already"

    /// Whether a file stands where one was to be written, and could be replaced.
    package var isInTheWay: Bool { cause == Self.inTheWay }

    package var description: String { "cannot \(doing) \(path): \(cause)" }
}
