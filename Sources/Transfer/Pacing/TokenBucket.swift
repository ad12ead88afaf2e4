/// Lets bytes pass at a rate, and a tenth of a second's worth at once after a pause. Pure: the caller tells the time.
///
/// What passes may be larger than what is in the bucket: it is let through as soon as there is anything, and paid back before the next.
/// So in any time t, no more pass than `rate * t + burst` and one piece.
package struct TokenBucket {
    /// Enough to make up for a timer that fires late.
    package static let burstSeconds = 0.1
    /// How much must have come together before an empty bucket opens: it keeps the timer from firing for each piece.
    private static let grainSeconds = 0.01

    /// Bytes a second.
    package let rate: Double
    private var level: Double
    private var filledAt: Double

    package init(rate: Double, at seconds: Double) {
        self.rate = rate
        level = rate * Self.burstSeconds
        filledAt = seconds
    }

    package mutating func isOpen(at seconds: Double) -> Bool {
        level = min(level + (seconds - filledAt) * rate, rate * Self.burstSeconds)
        filledAt = seconds
        return level > 0
    }

    package mutating func take(_ bytes: Double) { level -= bytes }

    /// When it opens, if nothing is taken before.
    package var opensAt: Double { filledAt + (Self.grainSeconds - level / rate) }
}
