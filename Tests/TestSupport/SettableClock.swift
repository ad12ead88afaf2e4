import Domain
import Foundation
import Synchronization

/// A time of day that stands still until it is moved.
package final class SettableClock: Sendable {
    private let time: Mutex<Date>

    package init(at time: Date = Date(timeIntervalSince1970: 1_795_376_072)) { self.time = Mutex(time) }

    package var now: Date { time.withLock { $0 } }
    package var wallClock: WallClock { WallClock { self.now } }

    package func advance(seconds: Double) { time.withLock { $0 += seconds } }
}
