import Foundation
import TestSupport
import Testing
import Wire

@Suite struct TimestampTests {
    private let instant = Date(timeIntervalSince1970: 1_795_376_072)

    @Test func writesEveryForm() {
        #expect(Timestamp.iso8601(instant) == "2026-11-22T19:34:32.000Z")
        #expect(Timestamp.compact(instant) == "20261122T193432Z")
        #expect(Timestamp.compactDay(instant) == "20261122")
        #expect(Timestamp.http(instant) == "Sun, 22 Nov 2026 19:34:32 GMT")
    }

    @Test func readsEveryForm() {
        #expect(Timestamp.parseCompact("20261122T193432Z") == instant)
        #expect(Timestamp.parseHTTP("Sun, 22 Nov 2026 19:34:32 GMT") == instant)
        for text in [
            "2026-11-22T19:34:32.000Z", "2026-11-22T19:34:32Z", "2026-11-22T19:34:32", "20261122T193432Z",
            "2026-11-22T21:34:32+02:00", "2026-11-22T14:04:32-0530", "2026-11-22t19:34:32z", "2026-11-22T19:34:32.000999999Z",
        ] {
            #expect(Timestamp.parseISO8601(text) == instant, "\(text)")
        }
        #expect(Timestamp.parseISO8601("2026-11-22") == Date(timeIntervalSince1970: 1_795_305_600))
        #expect(Timestamp.parseISO8601("2026-11-22T19:34:32.5Z") == instant.addingTimeInterval(0.5))
        #expect(Timestamp.parseISO8601("2026-11-22T19:34:32.05Z") == instant.addingTimeInterval(0.05))
    }

    @Test(arguments: [
        "", "now", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31", "0000-01-01", "2026-1-1", "2026-11-22T",
        "2026-11-22T24:00:00Z", "2026-11-22T19:60:00Z", "2026-11-22T19:34:60Z", "2026-11-22T19:34Z", "2026-11-22T19:34:32.Z",
        "2026-11-22T19:34:32+2", "2026-11-22T19:34:32Zx", "2026-11-22T19:34:32.0000000000Z", "20261122T193432", "20261322T193432Z",
        "١٢٣٤-11-22",
    ])
    func refusesWhatIsNoTime(_ text: String) {
        #expect(Timestamp.parseISO8601(text) == nil)
    }

    @Test(arguments: [
        "", "22 Nov 2026 19:34:32 GMT", "Sun, 22 Nov 2026 19:34:32", "Sun, 31 Feb 2026 19:34:32 GMT", "Sun, 22 nov 2026 19:34:32 GMT",
    ])
    func refusesWhatIsNoHTTPDate(_ text: String) {
        #expect(Timestamp.parseHTTP(text) == nil)
    }

    @Test func leapDaysExistWhereTheyDo() {
        #expect(Timestamp.parseISO8601("2024-02-29") != nil)
        #expect(Timestamp.parseISO8601("2000-02-29") != nil)
        #expect(Timestamp.parseISO8601("1900-02-29") == nil)
    }

    @Test func everyDayOfEightCenturiesFollowsTheOneBefore() throws {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var (year, month, day) = (1600, 1, 1)
        let start = try #require(Timestamp.parseISO8601("1600-01-01"))
        for offset in 0..<292_194 {
            let date = start.addingTimeInterval(Double(offset) * 86_400)
            let compact = Timestamp.compactDay(date)
            try #require(Int(compact) == year * 10_000 + month * 100 + day, "day \(offset)")
            try #require(Timestamp.parseCompact(compact + "T000000Z") == date)

            let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
            day += 1
            if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(year == 2400)
    }

    @Test func outOfRangeInstantsAreHeldAtTheEdge() {
        #expect(Timestamp.iso8601(Date(timeIntervalSince1970: .infinity)) == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp.iso8601(Date(timeIntervalSince1970: -.infinity)) == "0001-01-01T00:00:00.000Z")
        #expect(Timestamp.iso8601(Date(timeIntervalSince1970: .nan)) == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp.iso8601(Date(timeIntervalSince1970: -0.001)) == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp.http(Date(timeIntervalSince1970: -86_400 * 8)) == "Wed, 24 Dec 1969 00:00:00 GMT")
    }

    @Test(arguments: [11, 12] as [UInt64])
    func agreesWithFoundation(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let oracle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<500 {
            // Whole 1/8 seconds are exact in binary, so both sides see the same instant.
            let date = Date(timeIntervalSince1970: Double(Int.random(in: -400_000_000_000...2_000_000_000_000, using: &random)) / 8)
            let text = Timestamp.iso8601(date)
            if date.timeIntervalSince1970 > -12_219_292_800 { #expect(text == oracle.format(date)) }
            #expect(Timestamp.parseISO8601(text) == date)
        }
    }
}
