import Foundation

/// The spellings of an instant that AWS dialects use, all in UTC.
///
/// Integer arithmetic throughout: no locale, no calendar object, no time zone database.
package enum Timestamp {
    /// `2026-11-22T19:34:32.000Z`, the form of EC2 answers.
    package static func iso8601(_ date: Date) -> String {
        let fields = Fields(milliseconds: milliseconds(of: date))
        return "\(fields.date)T\(fields.clock).\(padded(fields.millisecond, 3))Z"
    }

    /// `2026-11-22T19:34:32Z`, the form of S3's errors.
    package static func wholeSeconds(_ date: Date) -> String {
        let fields = Fields(milliseconds: milliseconds(of: date))
        return "\(fields.date)T\(fields.clock)Z"
    }

    /// `20261122T193432Z`, the form of `x-amz-date`.
    package static func compact(_ date: Date) -> String {
        let fields = Fields(milliseconds: milliseconds(of: date))
        let clock = padded(fields.hour, 2) + padded(fields.minute, 2) + padded(fields.second, 2)
        return "\(fields.compactDate)T\(clock)Z"
    }

    /// `20261122`, the day of a credential scope.
    package static func compactDay(_ date: Date) -> String {
        Fields(milliseconds: milliseconds(of: date)).compactDate
    }

    /// `Sun, 22 Nov 2026 19:34:32 GMT`, the form of HTTP headers.
    package static func http(_ date: Date) -> String {
        let fields = Fields(milliseconds: milliseconds(of: date))
        let weekday = weekdays[((fields.daysSinceEpoch % 7) + 11) % 7]
        let month = months[fields.civil.month - 1]
        return "\(weekday), \(padded(fields.civil.day, 2)) \(month) \(padded(fields.civil.year, 4)) \(fields.clock) GMT"
    }

    /// Reads ISO 8601: a day, or a day and a time with up to nine decimals and `Z`, an offset or nothing (UTC); also the compact form.
    package static func parseISO8601(_ text: String) -> Date? {
        if let compact = parseCompact(text) { return compact }
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), scanner.take("-") != nil,
            let month = scanner.number(digits: 2), scanner.take("-") != nil,
            let day = scanner.number(digits: 2),
            let civil = CivilDate(year: year, month: month, day: day)
        else { return nil }
        if scanner.isAtEnd { return instant(civil, seconds: 0) }

        guard scanner.take("Tt ") != nil, let seconds = clock(&scanner) else { return nil }
        guard let fraction = fraction(&scanner), let offset = offset(&scanner), scanner.isAtEnd else { return nil }
        return instant(civil, seconds: seconds - offset, milliseconds: fraction)
    }

    /// Reads exactly `20261122T193432Z`.
    package static func parseCompact(_ text: String) -> Date? {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), let month = scanner.number(digits: 2), let day = scanner.number(digits: 2),
            let civil = CivilDate(year: year, month: month, day: day), scanner.take("T") != nil,
            let hour = scanner.number(digits: 2), let minute = scanner.number(digits: 2), let second = scanner.number(digits: 2),
            hour < 24, minute < 60, second < 60, scanner.take("Z") != nil, scanner.isAtEnd
        else { return nil }
        return instant(civil, seconds: hour * 3600 + minute * 60 + second)
    }

    /// Reads `Sun, 22 Nov 2026 19:34:32 GMT`; the name of the day is not compared with the date.
    package static func parseHTTP(_ text: String) -> Date? {
        var scanner = DigitScanner(text)
        guard weekdays.contains(where: { scanner.take(word: $0) }), scanner.take(word: ", "),
            let day = scanner.number(digits: 2), scanner.take(" ") != nil,
            let month = months.firstIndex(where: { scanner.take(word: $0) }), scanner.take(" ") != nil,
            let year = scanner.number(digits: 4), scanner.take(" ") != nil,
            let civil = CivilDate(year: year, month: month + 1, day: day),
            let seconds = clock(&scanner), scanner.take(word: " GMT"), scanner.isAtEnd
        else { return nil }
        return instant(civil, seconds: seconds)
    }

    /// Milliseconds since 1970, rounded, and held within the years that four digits can say.
    package static func milliseconds(of date: Date) -> Int64 {
        let exact = (date.timeIntervalSince1970 * 1000).rounded()
        guard !exact.isNaN else { return 0 }
        return Int64(min(max(exact, earliest), latest))
    }

    private static let earliest = -62_135_596_800_000.0
    private static let latest = 253_402_300_799_999.0
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func instant(_ civil: CivilDate, seconds: Int, milliseconds: Int = 0) -> Date {
        Date(timeIntervalSince1970: Double(civil.daysSinceEpoch * 86_400 + seconds) + Double(milliseconds) / 1000)
    }

    /// Seconds since midnight of `19:34:32`.
    private static func clock(_ scanner: inout DigitScanner) -> Int? {
        guard let hour = scanner.number(digits: 2), hour < 24, scanner.take(":") != nil,
            let minute = scanner.number(digits: 2), minute < 60, scanner.take(":") != nil,
            let second = scanner.number(digits: 2), second < 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Milliseconds of `.123456`, the rest cut off; 0 when there is no fraction.
    private static func fraction(_ scanner: inout DigitScanner) -> Int? {
        guard scanner.take(".,") != nil else { return 0 }
        var milliseconds = 0
        var count = 0
        while count < 9, let digit = scanner.number(digits: 1) {
            if count < 3 { milliseconds = milliseconds * 10 + digit }
            count += 1
        }
        while (1..<3).contains(count) {
            milliseconds *= 10
            count += 1
        }
        return count == 0 ? nil : milliseconds
    }

    /// Seconds east of UTC of `Z`, `+02:00`, `+0200` or nothing.
    private static func offset(_ scanner: inout DigitScanner) -> Int? {
        if scanner.isAtEnd || scanner.take("Zz") != nil { return 0 }
        guard let sign = scanner.take("+-"), let hours = scanner.number(digits: 2), hours < 24 else { return nil }
        _ = scanner.take(":")
        guard let minutes = scanner.number(digits: 2), minutes < 60 else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    fileprivate static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// An instant taken apart.
private struct Fields {
    let daysSinceEpoch: Int
    let civil: CivilDate
    let hour: Int
    let minute: Int
    let second: Int
    let millisecond: Int

    init(milliseconds: Int64) {
        let (days, rest) = Int(milliseconds).flooredDivision(by: 86_400_000)
        daysSinceEpoch = days
        civil = CivilDate(daysSinceEpoch: days)
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1000 % 60
        millisecond = rest % 1000
    }

    var date: String {
        "\(Timestamp.padded(civil.year, 4))-\(Timestamp.padded(civil.month, 2))-\(Timestamp.padded(civil.day, 2))"
    }

    var compactDate: String {
        Timestamp.padded(civil.year, 4) + Timestamp.padded(civil.month, 2) + Timestamp.padded(civil.day, 2)
    }

    var clock: String {
        "\(Timestamp.padded(hour, 2)):\(Timestamp.padded(minute, 2)):\(Timestamp.padded(second, 2))"
    }
}

extension Int {
    /// The quotient rounded down and the remainder that is never negative, so that instants before 1970 come apart correctly.
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
