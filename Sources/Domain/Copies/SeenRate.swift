import Foundation

/// How fast bytes came lately, by what copies have moved and when.
package enum SeenRate {
    /// What one copy has moved.
    package struct Move: Sendable, Equatable {
        package let bytes: Int64
        package let from: Date
        package let to: Date

        package init(bytes: Int64, from: Date, to: Date) {
            self.bytes = bytes
            self.from = from
            self.to = to
        }
    }

    /// The bytes of all moves over the time in which at least one of them ran: copies beside each other share the way. `nil` when that says
    /// nothing.
    package static func of(_ moves: [Move]) -> Throughput? {
        var (seconds, end) = (0.0, Date.distantPast)
        for move in moves.sorted(by: { $0.from < $1.from }) where move.to > end {
            seconds += move.to.timeIntervalSince(max(move.from, end))
            end = move.to
        }
        let bytes = moves.reduce(0) { $0 + $1.bytes }
        guard seconds > 0, bytes > 0 else { return nil }
        return Throughput(bytesPerSecond: max(1, Int64(min(Double(bytes) / seconds, 0x1p62))))
    }
}

extension Throughput {
    /// How long so many bytes take, in whole seconds, rounded up. `nil` when nothing passes.
    package func seconds(for bytes: Int64) -> Int64? {
        guard bytesPerSecond > 0 else { return nil }
        return bytes / bytesPerSecond + (bytes % bytesPerSecond > 0 ? 1 : 0)
    }
}
