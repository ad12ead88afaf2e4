import Foundation

/// The last time that a snapshot went into the archive or came out of it (docs/behaviour/snapshot-archive.md). A job does the work.
package struct SnapshotTiering: Sendable, Equatable {
    package enum Operation: String, Sendable {
        case archival
        case temporaryRestore = "temporary-restore"
        case permanentRestore = "permanent-restore"
    }

    package enum Outcome: String, Sendable {
        case inProgress = "in-progress"
        case completed, failed
    }

    package let snapshot: SnapshotID
    package let account: AccountID
    /// Stands for the volume: it has all snapshots of one disk.
    package let lineage: SnapshotID
    package let operation: Operation
    package private(set) var outcome: Outcome
    package let startedAt: Date
    /// When a restore may end at the earliest.
    package let dueAt: Date
    /// Why it has failed.
    package private(set) var detail: String?
    /// When the snapshot was archived last.
    package private(set) var archivedAt: Date?

    package init(
        snapshot: SnapshotID,
        account: AccountID,
        lineage: SnapshotID,
        operation: Operation,
        outcome: Outcome = .inProgress,
        startedAt: Date,
        dueAt: Date,
        detail: String? = nil,
        archivedAt: Date? = nil
    ) {
        self.snapshot = snapshot
        self.account = account
        self.lineage = lineage
        self.operation = operation
        self.outcome = outcome
        self.startedAt = startedAt
        self.dueAt = dueAt
        self.detail = detail
        self.archivedAt = archivedAt
    }

    /// As DescribeSnapshotTierStatus says it, such as `archival-in-progress`.
    package var status: String { "\(operation.rawValue)-\(outcome.rawValue)" }

    /// - Parameter job: how far the job is; nil when there is none any more.
    package func percent(job: Job.Progress?, at now: Date) -> Int {
        switch outcome {
        case .completed: return 100
        case .failed: return job?.percent ?? 0
        case .inProgress:
            // What is waited for is time.
            let wait = dueAt.timeIntervalSince(startedAt)
            guard wait > 0 else { return job?.percent ?? 0 }
            return Percent.running(Int64(max(0, now.timeIntervalSince(startedAt))), of: Int64(wait))
        }
    }

    package mutating func complete(at now: Date) {
        guard outcome == .inProgress else { return }
        outcome = .completed
        if operation == .archival { archivedAt = now }
    }

    package mutating func fail(_ reason: String) {
        guard outcome == .inProgress else { return }
        outcome = .failed
        detail = reason
    }
}

/// What RestoreSnapshotTier asks for.
package enum SnapshotRestoreRequest: Sendable, Equatable {
    package static let days = 1...180
    private static let daySeconds: TimeInterval = 24 * 3_600

    case permanently
    /// For so many days.
    case temporarily(days: Int)

    /// - Parameters:
    ///   - days: one, when neither is given.
    ///   - isPermanent: whether it is to come back for good.
    package init(days: Int?, isPermanent: Bool?) throws {
        guard isPermanent == true else {
            let days = days ?? 1
            guard Self.days.contains(days) else {
                throw Fault(
                    .invalidParameterValue,
                    "Invalid value '\(days)' for TemporaryRestoreDays. From \(Self.days.lowerBound) to \(Self.days.upperBound) days are allowed"
                )
            }
            self = .temporarily(days: days)
            return
        }
        guard days == nil else {
            throw Fault(.invalidParameterCombination, "The parameter TemporaryRestoreDays cannot be used with PermanentRestore")
        }
        self = .permanently
    }

    package var days: Int? { if case .temporarily(let days) = self { days } else { nil } }

    /// Until when a snapshot stays that comes back now; nil for good.
    package func expiry(from now: Date) -> Date? { days.map { now.addingTimeInterval(Double($0) * Self.daySeconds) } }
}

extension Snapshot {
    /// What RestoreSnapshotTier leads to.
    package enum RestoreStep: Sendable, Equatable {
        case begin(SnapshotTiering)
        /// It is there already, for a time that is another now.
        case stay(until: Date)
    }

    /// Begins to archive it.
    ///
    /// - Parameter last: what was done before.
    package func archival(after last: SnapshotTiering?, at now: Date) throws -> SnapshotTiering {
        guard state == .completed, root != nil else {
            throw Fault(.incorrectState, "The snapshot '\(id)' cannot be archived: it is \(state.rawValue), not completed")
        }
        try requireIdle(last)
        guard !isArchived else { throw Fault(.incorrectState, "The snapshot '\(id)' is archived already") }
        return tiering(.archival, dueAt: now, after: last, at: now)
    }

    /// - Parameter wait: how long it takes at least to bring a snapshot back.
    package func restore(
        _ request: SnapshotRestoreRequest,
        after last: SnapshotTiering?,
        taking wait: TimeInterval,
        at now: Date
    ) throws -> RestoreStep {
        guard isArchived else { throw Fault(.incorrectState, "The snapshot '\(id)' is not archived, so there is nothing to restore") }
        try requireIdle(last)
        let isHere = tier == .standard
        if isHere, let end = request.expiry(from: now) { return .stay(until: end) }
        let operation: SnapshotTiering.Operation = request == .permanently ? .permanentRestore : .temporaryRestore
        // What is here for a time needs no waiting to stay.
        return .begin(tiering(operation, dueAt: isHere ? now : now.addingTimeInterval(wait), after: last, at: now))
    }

    private func requireIdle(_ last: SnapshotTiering?) throws {
        guard let last, last.outcome == .inProgress else { return }
        throw Fault(.incorrectState, "The snapshot '\(id)' changes its storage tier already: \(last.status)")
    }

    private func tiering(
        _ operation: SnapshotTiering.Operation,
        dueAt: Date,
        after last: SnapshotTiering?,
        at now: Date
    ) -> SnapshotTiering {
        SnapshotTiering(
            snapshot: id,
            account: owner,
            lineage: lineage,
            operation: operation,
            startedAt: now,
            dueAt: dueAt,
            archivedAt: last?.archivedAt
        )
    }
}
