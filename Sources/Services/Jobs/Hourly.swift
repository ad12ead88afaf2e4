import Foundation
import Synchronization

/// Says once an hour that it is time.
final class Hourly: Sendable {
    private let last = Mutex(Date.distantPast)

    // Not inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.
    @inline(never) func isDue(at now: Date) -> Bool {
        last.withLock { last in
            guard now.timeIntervalSince(last) > 3_600 else { return false }
            last = now
            return true
        }
    }
}
