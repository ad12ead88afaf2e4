import Foundation

/// The dates of conditions: ISO 8601 in the shapes that the W3C's profile has, or seconds since 1970.
enum PolicyDate {
    /// Seconds since 1970; nil for what is no date.
    static func seconds(of text: String) -> Double? {
        if let seconds = PolicyNumber.value(of: text) { return seconds }
        let text = text.uppercased()
        guard let separator = text.firstIndex(of: "T") else { return day(Substring(text)) }
        guard let day = day(text[..<separator]), let (time, offset) = zoned(text[text.index(after: separator)...]) else { return nil }
        return clock(time).map { day + $0 - offset }
    }

    /// A month or a day. A year alone would be a number of seconds.
    private static func day(_ text: Substring) -> Double? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0].count == 4, parts.dropFirst().allSatisfy({ $0.count == 2 }) else { return nil }
        let numbers = parts.compactMap(number)
        guard numbers.count == parts.count else { return nil }
        let (month, day) = (numbers[1], numbers.count > 2 ? numbers[2] : 1)
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        return Double(days(year: numbers[0], month: month, day: day) * 86_400)
    }

    /// Days since 1970 in the Gregorian calendar, counted in years that begin in March.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let ofEra = year - era * 400
        let ofYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// The clock's part of a time, and the seconds that its zone is ahead.
    private static func zoned(_ text: Substring) -> (time: Substring, offset: Double)? {
        if text.last == "Z" { return (text.dropLast(), 0) }
        guard let sign = text.firstIndex(where: { $0 == "+" || $0 == "-" }) else { return (text, 0) }
        let parts = text[text.index(after: sign)...].split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap(number)
        guard (1...2).contains(parts.count), numbers.count == parts.count, parts.allSatisfy({ $0.count == 2 }) else { return nil }
        let seconds = numbers[0] * 3_600 + (numbers.count > 1 ? numbers[1] * 60 : 0)
        return (text[..<sign], Double(text[sign] == "-" ? -seconds : seconds))
    }

    /// Hours and minutes, and perhaps seconds with a fraction.
    private static func clock(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = number(parts[0]), let minute = number(parts[1]) else { return nil }
        guard let seconds = parts.count > 2 ? PolicyNumber.value(of: String(parts[2])) : 0 else { return nil }
        guard (0...23).contains(hour), (0...59).contains(minute), (0..<61).contains(seconds) else { return nil }
        return Double(hour * 3_600 + minute * 60) + seconds
    }

    private static func number(_ text: Substring) -> Int? { text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil }
}

/// The numbers of conditions.
enum PolicyNumber {
    static func value(of text: String) -> Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
}
