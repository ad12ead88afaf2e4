import Domain
import Foundation
import TestSupport
import Testing

@Suite struct WallClockTests {
    @Test func tellsWholeMilliseconds() {
        let clock = WallClock { Date(timeIntervalSince1970: 1_795_376_072.1239) }
        #expect(ISO8601.text(clock.now) == "2026-11-22T19:34:32.123Z")
        #expect(abs(WallClock.system.now.timeIntervalSinceNow) < 60)
    }

    /// A clock that tells what the database holds, so that a date that went through a row equals the one that was written.
    @Test(arguments: seeds(2))
    func wholeMillisecondsStayWhatTheyAre(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let milliseconds = Int64.random(in: 1_500_000_000_000...2_000_000_000_000, using: &random)
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            try #require(WallClock { date }.now == date, "\(milliseconds)")
        }
    }
}
