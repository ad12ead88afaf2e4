import Foundation

/// When an image may be said to be deprecated (docs/behaviour/image-life.md, "Deprecation").
package enum ImageDeprecation {
    package static let yearsMax = 10

    /// The date that is kept: to the minute.
    ///
    /// - Throws: for a date that has passed, or that is too far away.
    package static func date(_ date: Date, at now: Date) throws -> Date {
        guard date >= now else { throw refusal(date, "A date in the future was expected") }
        guard let limit = calendar.date(byAdding: .year, value: yearsMax, to: now), date <= limit else {
            throw refusal(date, "It can be at most \(yearsMax) years from now")
        }
        return Date(timeIntervalSince1970: (date.timeIntervalSince1970 / 60).rounded() * 60)
    }

    private static var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }

    private static func refusal(_ date: Date, _ rule: String) -> Fault {
        Fault(.invalidParameterValue, "Value (\(ISO8601.text(date))) for parameter DeprecateAt is invalid. \(rule).")
    }
}
