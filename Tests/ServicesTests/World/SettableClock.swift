import Domain
import Foundation
import Synchronization

/// A time of day that stands still until it is moved.
final class SettableClock: Sendable {
    private let time: Mutex<Date>

    init(at time: Date = Date(timeIntervalSince1970: 1_795_376_072)) { self.time = Mutex(time) }

    var now: Date { time.withLock { $0 } }
    var wallClock: WallClock { WallClock { self.now } }

    func advance(seconds: Double) { time.withLock { $0 += seconds } }
}
