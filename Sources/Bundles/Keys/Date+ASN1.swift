import Foundation
import SwiftASN1
import Wire

extension Date {
    /// Nil unless the day exists.
    init?(_ time: UTCTime) {
        self.init(time.year, time.month, time.day, seconds: (time.hours * 60 + time.minutes) * 60 + time.seconds)
    }

    /// Parts of a second are left out. Nil unless the day exists.
    init?(_ time: GeneralizedTime) {
        self.init(time.year, time.month, time.day, seconds: (time.hours * 60 + time.minutes) * 60 + time.seconds)
    }

    private init?(_ year: Int, _ month: Int, _ day: Int, seconds: Int) {
        guard let day = CivilDate(year: year, month: month, day: day) else { return nil }
        self.init(timeIntervalSince1970: Double(day.daysSinceEpoch * 86_400 + seconds))
    }
}
