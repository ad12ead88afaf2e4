import Foundation

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

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                // SAFETY: `done` stays below the count. A reader that went away is not this program's failure.
                let taken = Foundation.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                if taken < 0, errno == EINTR { continue }
                guard taken > 0 else { return }
                done += taken
            }
        }
    }
}
