import Foundation

/// When an image may be said to be deprecated (docs/behaviour/image-life.md, "Deprecation").
package enum ImageDeprecation {
    package static let yearsMax = 10
    /// Of an image that everybody may use, from its creation.
    package static let publicYearsMax = 2

    /// The date that is kept: to the minute.
    ///
    /// - Throws: for a date that has passed, or that is too far away.
    package static func date(_ date: Date, at now: Date) throws -> Date {
        guard date >= now else { throw refusal(date, "A date in the future was expected") }
        guard date <= years(yearsMax, after: now) else { throw refusal(date, "It can be at most \(yearsMax) years from now") }
        return toTheMinute(date)
    }

    /// The last date that an image can have while everybody may use it.
    package static func publicLimit(of image: Image) -> Date { toTheMinute(years(publicYearsMax, after: image.createdAt)) }

    /// What a date must be beside that when everybody may use the image.
    package static func checkPublic(_ date: Date, of image: Image) throws {
        guard date <= publicLimit(of: image) else {
            throw refusal(date, "The image '\(image.id)' is public: it can be at most \(publicYearsMax) years from its creation")
        }
    }

    private static func toTheMinute(_ date: Date) -> Date {
        Date(timeIntervalSince1970: (date.timeIntervalSince1970 / 60).rounded() * 60)
    }

    private static func years(_ count: Int, after date: Date) -> Date {
        // Only a date beyond all calendars has no such day.
        calendar.date(byAdding: .year, value: count, to: date) ?? date
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
