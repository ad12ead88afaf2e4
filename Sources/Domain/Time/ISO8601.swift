import Foundation

/// Dates as AWS writes them, to the nearest millisecond: `2026-11-22T19:34:32.000Z`.
package enum ISO8601 {
    package static func text(_ date: Date) -> String {
        // The style cuts the fraction off, and a whole millisecond as a binary fraction may lie just below itself.
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        return Date(timeIntervalSince1970: (milliseconds + 0.5) / 1000).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
