import Foundation

/// The three spellings of a date that RFC 9110 has a server read; ``Timestamp/http(_:)`` writes the first.
package enum HTTPDate {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    ///
    /// - Parameter now: two digits of a year mean the one of the last hundred that is at most 50 years ahead of this.
    package static func parse(_ text: String, now: Date) -> Date? {
        Timestamp.parseHTTP(text) ?? rfc850(text, now: now) ?? asctime(text)
    }

    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    private static func rfc850(_ text: String, now: Date) -> Date? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, words[0].hasSuffix(","), days.contains(String(words[0].dropLast())) else { return nil }
        let date = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard date.count == 3, date[2].utf8.count == 2, let short = Int(date[2]), short >= 0 else { return nil }
        let latest = Int(Timestamp.compactDay(now).prefix(4)).map { $0 + 50 } ?? 2050
        let year = latest - (((latest - short) % 100) + 100) % 100
        return normal(day: date[0], month: date[1], year: String(year), clock: words[2], zone: words[3])
    }

    private static func asctime(_ text: String) -> Date? {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 5, days.contains(where: { $0.prefix(3) == words[0] }), (1...2).contains(words[2].utf8.count) else {
            return nil
        }
        let day = words[2].utf8.count == 1 ? "0\(words[2])" : words[2]
        return normal(day: day, month: words[1], year: words[4], clock: words[3], zone: "GMT")
    }

    private static func normal(day: String, month: String, year: String, clock: String, zone: String) -> Date? {
        Timestamp.parseHTTP("Sun, \(day) \(month) \(year) \(clock) \(zone)")
    }
}
