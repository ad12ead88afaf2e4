/// How many calls are let through: at once, and from then on each second.
package struct CallRate: Hashable, Sendable {
    package let burst: Int
    package let perSecond: Double

    package init(burst: Int, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }

    /// One of so many parts of it, never nothing of something.
    package func part(of count: Int) -> CallRate {
        CallRate(burst: (burst + count - 1) / count, perSecond: perSecond / Double(count))
    }
}

/// A bucket of tokens of which each call, or each resource of one, takes one. It is full at first and fills again at a steady rate.
package struct TokenBucket: Sendable {
    private var tokens: Double
    private var seconds: Double

    /// - Parameter seconds: the time of a steady clock.
    package init(_ rate: CallRate, at seconds: Double) {
        tokens = Double(rate.burst)
        self.seconds = seconds
    }

    /// Takes so many tokens if they are there; what is more than the bucket holds is never there.
    package mutating func take(_ rate: CallRate, count: Int = 1, at now: Double) -> Bool {
        fill(rate, at: now)
        guard tokens >= Double(count) else { return false }
        tokens -= Double(count)
        return true
    }

    /// Whether nothing is known of it that a new one would not say.
    package func isFull(_ rate: CallRate, at now: Double) -> Bool {
        tokens + max(0, now - seconds) * rate.perSecond >= Double(rate.burst)
    }

    private mutating func fill(_ rate: CallRate, at now: Double) {
        tokens = min(Double(rate.burst), tokens + max(0, now - seconds) * rate.perSecond)
        seconds = max(seconds, now)
    }
}
