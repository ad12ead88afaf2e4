import Domain

/// The line that a time-based copy is to keep: so many bytes a second, from the moment at which its minutes began to run.
package struct Pace: Sendable {
    private let rate: Double
    /// Seconds that had passed when the copy came to the link.
    private let elapsed: Double
    private var bytesDone: Double
    private var joinedAt = 0.0

    /// `nil` when nothing is set aside: the copy has no line to keep.
    ///
    /// - Parameters:
    ///   - elapsed: seconds since the minutes began to run.
    ///   - bytesDone: what stands in the destination by now, moved or there before.
    package init?(setAside: Throughput, elapsed: Double, bytesDone: Int64) {
        guard setAside > .zero else { return nil }
        rate = Double(setAside.bytesPerSecond)
        self.elapsed = elapsed
        self.bytesDone = Double(bytesDone)
    }

    mutating func join(at seconds: Double) { joinedAt = seconds }
    mutating func moved(_ bytes: Double) { bytesDone += bytes }

    /// Takes what the copy reports: it knows of blocks that need not be moved. What is under way may not be counted in it yet.
    mutating func reached(_ bytes: Int64) { bytesDone = max(bytesDone, Double(bytes)) }

    /// How many seconds the copy is behind its line; below zero when it is ahead.
    func lag(at seconds: Double) -> Double { elapsed + (seconds - joinedAt) - bytesDone / rate }
}
