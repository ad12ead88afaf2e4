import Synchronization

/// A clock on which every wait is over at once, and is written down.
final class InstantClock: Clock {
    typealias Instant = ContinuousClock.Instant

    private let log = Mutex<[Duration]>([])
    private let current = Mutex(ContinuousClock.now)

    var waits: [Duration] { log.withLock { $0 } }
    var now: Instant { current.withLock { $0 } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let wait = now.duration(to: deadline)
        log.withLock { $0.append(wait) }
        current.withLock { $0 = deadline }
    }
}
