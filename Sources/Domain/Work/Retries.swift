import Foundation

/// How often long work has failed for something that may pass, and when it is to be tried next.
package struct Retries: Sendable, Equatable {
    /// Failures in a row end work, not failures in its whole life.
    package static let attemptsMax = 5

    /// Failures since work last got on.
    package private(set) var attempts: Int
    /// Nobody drives the work before.
    package private(set) var dueAt: Date

    package init(attempts: Int = 0, dueAt: Date) {
        self.attempts = attempts
        self.dueAt = dueAt
    }

    /// Work got further than ever before.
    package mutating func advance() { attempts = 0 }

    /// Counts a failure and sets the time of the next attempt: after 2 s, then 4, 8 and 16. False when it was the last.
    package mutating func fail(at now: Date) -> Bool {
        guard attempts + 1 < Self.attemptsMax else { return false }
        wait(at: now)
        return true
    }

    /// The same for what must succeed some day: later each time, up to 32 s, and without end.
    package mutating func wait(at now: Date) {
        attempts = min(attempts + 1, Self.attemptsMax)
        dueAt = now.addingTimeInterval(Double(1 << attempts))
    }

    /// Looks again later, and counts no failure.
    package mutating func postpone(by seconds: TimeInterval, at now: Date) { dueAt = now.addingTimeInterval(seconds) }

    /// Another piece of work begins.
    package mutating func restart(at now: Date) { self = Retries(dueAt: now) }
}
