/// When a failed call is tried again, and how long it waits before that.
package struct RetryPolicy: Sendable {
    /// Attempts in all, while the endpoint is known to answer.
    package var attempts = 9
    /// Attempts in all while it never answered: a server that does not run is reported quickly.
    package var attemptsBeforeFirstAnswer = 3
    /// The longest first wait; it doubles with each attempt.
    package var firstWait = Duration.milliseconds(100)
    /// The longest first wait after a throttle.
    package var firstWaitAfterThrottle = Duration.milliseconds(500)
    package var longestWait = Duration.seconds(5)

    package init() {}

    /// The wait before the next attempt: between half and all of a time that doubles, so that many clients do not return together.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - jitter: a random number from 0 up to 1.
    package func wait(after attempt: Int, throttled: Bool, jitter: Double) -> Duration {
        let first = throttled ? firstWaitAfterThrottle : firstWait
        let doubled = first * (1 << min(attempt - 1, 16))
        return min(doubled, longestWait) * (0.5 + jitter / 2)
    }

    /// Whether a call that failed so may be sent again at all.
    func allowsRepeating(_ call: Call, after error: any Error) -> Bool {
        switch error {
        case let failure as ConnectionFailure: !failure.mayHaveBeenTaken || call.repetition == .anytime
        case let refusal as AWSError: refusal.isThrottle || (refusal.isPassing && call.repetition == .anytime)
        default: false
        }
    }
}
