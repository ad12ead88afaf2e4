/// How fast bytes have been moving over the last seconds, and how long the rest takes at that rate.
package struct TransferRate: Sendable {
    private struct Sample {
        var time: Duration
        var bytes: Int64
    }

    /// How far back the rate looks: long enough to be calm, short enough to follow the network.
    private let memory = Duration.seconds(10)
    private var samples: [Sample] = []

    package init() {}

    /// Takes the count of bytes done in all, at a time since some fixed start. Times do not go back; a lower count starts anew.
    package mutating func record(_ bytes: Int64, at time: Duration) {
        if let last = samples.last, bytes < last.bytes { samples.removeAll() }
        samples.append(Sample(time: time, bytes: bytes))
        // One sample at or before the edge stays, so that the window is always spanned.
        while samples.count > 2, time - samples[1].time >= memory { samples.removeFirst() }
    }

    /// Absent until the samples span half a second: before that it would be a guess.
    package var bytesPerSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.time - first.time >= .milliseconds(500) else { return nil }
        return Double(last.bytes - first.bytes) / Self.seconds(last.time - first.time)
    }

    /// Seconds until `total`; absent while nothing moves.
    package func timeLeft(until total: Int64) -> Double? {
        guard let rate = bytesPerSecond, rate > 0, let done = samples.last?.bytes else { return nil }
        return Double(max(total - done, 0)) / rate
    }

    package static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
