import Foundation
import Synchronization

/// Standard output and standard error.
enum Terminal {
    /// Whether standard error can be drawn on.
    static let canDraw = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// Columns of the terminal, asked anew each time because windows change.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a line of the result.
    static func say(_ line: String) {
        write("\(line)\n", to: STDOUT_FILENO)
    }

    /// Writes a part of a result as it comes, which need not be a line.
    static func say(part text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// Writes a line about the work.
    static func remark(_ line: String) {
        write("\(line)\n", to: STDERR_FILENO)
    }

    /// Writes an error.
    static func complain(_ text: String) {
        remark("ferry: \(text)")
    }

    /// Draws on the terminal.
    static func draw(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    /// Writes a result as JSON with sorted keys.
    static func say(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Why standard output did not take what was written to it: `errno`, and 0 when it did.
    private static let outputProblem = Atomic<Int32>(0)

    /// What became of the output, once everything is written: nil when it is where it was sent.
    ///
    /// A reader that went away, as `head` does, is not this program's failure.
    static func lostOutput() -> String? {
        // All of the C library's streams, because its own is what `print` writes to.
        if fflush(nil) != 0 { note(errno) }
        // A file system across a network may say only now that it is full.
        if close(STDOUT_FILENO) != 0 { note(errno) }
        let problem = outputProblem.load(ordering: .relaxed)
        return problem == 0 ? nil : String(cString: strerror(problem))
    }

    private static func note(_ problem: Int32) {
        guard problem != EPIPE else { return }
        _ = outputProblem.compareExchange(expected: 0, desired: problem, ordering: .relaxed)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                // SAFETY: `done` stays below the count.
                let taken = Foundation.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                if taken < 0, errno == EINTR { continue }
                if taken < 0, errno == EAGAIN {
                    var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&place, 1, -1)
                    continue
                }
                guard taken > 0 else {
                    if descriptor == STDOUT_FILENO { note(errno) }
                    return
                }
                done += taken
            }
        }
    }
}
