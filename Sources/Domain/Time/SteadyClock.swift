/// Time that only goes forward, injected so that tests can move it.
package struct SteadyClock: Sendable {
    private let read: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - read: the time since some start.
    ///   - wait: returns at a time of the same clock, or throws when the task is cancelled.
    package init(read: @escaping @Sendable () -> Duration, wait: @escaping @Sendable (_ until: Duration) async throws -> Void) {
        self.read = read
        self.wait = wait
    }

    package static let system: SteadyClock = {
        let start = ContinuousClock.now
        return SteadyClock(read: { .now - start }, wait: { try await ContinuousClock().sleep(until: start + $0) })
    }()

    /// Seconds since the clock's start.
    package var seconds: Double { read() / .seconds(1) }

    package func sleep(until seconds: Double) async throws { try await wait(.seconds(seconds)) }
}
