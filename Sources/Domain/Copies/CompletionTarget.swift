import Foundation

/// The time in which a time-based copy is to be done, and the throughput that is set aside for it.
package struct CompletionTarget: Sendable, Equatable {
    package let minutes: Int
    /// Zero until the clock starts, and for a copy that has no bytes to move.
    package private(set) var setAside: Throughput
    /// When the minutes began to run; `nil` while an earlier time-based copy of the same snapshot runs.
    package private(set) var startedAt: Date?

    package init(minutes: Int, setAside: Throughput = .zero, startedAt: Date? = nil) {
        self.minutes = minutes
        self.setAside = setAside
        self.startedAt = startedAt
    }

    package mutating func start(at date: Date, setAside: Throughput) {
        startedAt = date
        self.setAside = setAside
    }

    package var dueAt: Date? { startedAt?.addingTimeInterval(Double(minutes) * 60) }

    package func isOverdue(at date: Date) -> Bool { dueAt.map { date > $0 } ?? false }

    /// Whether less is set aside than it takes to be there in time. It may be there all the same, when others leave it more.
    package func isShort(for dataBytes: Int64) -> Bool {
        startedAt != nil && setAside < TimeBasedRules.needed(dataBytes: dataBytes, minutes: minutes)
    }

    /// What users are told besides the bytes: that the copy is late, or may be, and why. `nil` while all is well.
    package func remark(dataBytes: Int64, at now: Date) -> String? {
        if let dueAt, now > dueAt { return "late, it was due at \(ISO8601.text(dueAt))" }
        guard isShort(for: dataBytes) else { return nil }
        let needed = TimeBasedRules.needed(dataBytes: dataBytes, minutes: minutes)
        return "may be late, it needs \(needed) and has \(setAside)"
    }
}
