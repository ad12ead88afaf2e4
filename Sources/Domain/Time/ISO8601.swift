import Foundation

/// Dates as AWS writes them: `2026-11-22T19:34:32.000Z`.
package enum ISO8601 {
    package static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
