import Foundation

/// What keeps a snapshot from being deleted for a time (docs/behaviour/snapshot-lock.md).
package struct SnapshotLock: Sendable, Equatable {
    package static let days = 1...36_500
    package static let coolOffHours = 1...72
    private static let daySeconds: TimeInterval = 24 * 3_600

    package enum Mode: String, Sendable {
        /// Whoever may can change and remove it.
        case governance
        /// Nobody can remove or shorten it once its cooling-off is over.
        case compliance
    }

    package enum State: String, Sendable {
        case governance, compliance, expired
        case coolingOff = "compliance-cooloff"
    }

    /// How long it lasts.
    package enum Term: Hashable, Sendable {
        case days(Int)
        case until(Date)
    }

    package let snapshot: SnapshotID
    package let account: AccountID
    package var mode: Mode
    package var term: Term
    /// Of compliance mode.
    package var coolOffHours: Int?
    package var createdAt: Date
    /// When the cooling-off ends; nil without one.
    package var coolOffEndsAt: Date?

    package init(
        snapshot: SnapshotID,
        account: AccountID,
        mode: Mode,
        term: Term,
        coolOffHours: Int? = nil,
        createdAt: Date,
        coolOffEndsAt: Date? = nil
    ) {
        self.snapshot = snapshot
        self.account = account
        self.mode = mode
        self.term = term
        self.coolOffHours = coolOffHours
        self.createdAt = createdAt
        self.coolOffEndsAt = coolOffEndsAt
    }
}

extension SnapshotLock {
    /// When the days begin to count: with a snapshot that is complete. Nil while it is not.
    ///
    /// - Parameter completion: when the snapshot was complete.
    package func start(completion: Date?) -> Date? { completion.map { max($0, createdAt) } }

    /// Nil while the snapshot is not complete and days are to be counted from then.
    package func expiry(completion: Date?) -> Date? {
        switch term {
        case .until(let date): date
        case .days(let days): start(completion: completion)?.addingTimeInterval(Double(days) * Self.daySeconds)
        }
    }

    /// The days that it lasts.
    package func days(completion: Date?) -> Int {
        switch term {
        case .days(let days): days
        case .until(let date): Int((date.timeIntervalSince(start(completion: completion) ?? createdAt) / Self.daySeconds).rounded(.up))
        }
    }

    package func state(completion: Date?, at now: Date) -> State {
        if let expiry = expiry(completion: completion), expiry <= now { return .expired }
        switch mode {
        case .governance: return .governance
        case .compliance: return coolOffEndsAt.map { now < $0 } ?? false ? .coolingOff : .compliance
        }
    }

    package func isHeld(completion: Date?, at now: Date) -> Bool { state(completion: completion, at: now) != .expired }
}

/// What LockSnapshot asks for.
package struct SnapshotLockRequest: Sendable {
    package var mode: SnapshotLock.Mode
    package var coolOffHours: Int?
    package var days: Int?
    package var expiresAt: Date?

    package init(mode: SnapshotLock.Mode, coolOffHours: Int? = nil, days: Int? = nil, expiresAt: Date? = nil) {
        self.mode = mode
        self.coolOffHours = coolOffHours
        self.days = days
        self.expiresAt = expiresAt
    }

    /// The lock that comes of the request.
    ///
    /// - Parameters:
    ///   - existing: what the snapshot is locked by already.
    ///   - completion: when the snapshot was complete; nil when it is not.
    package func lock(
        of snapshot: SnapshotID,
        by account: AccountID,
        replacing existing: SnapshotLock?,
        completion: Date?,
        at now: Date
    ) throws -> SnapshotLock {
        let term = try term(at: now)
        if let coolOffHours {
            guard mode == .compliance else {
                throw Fault(.invalidParameterCombination, "CoolOffPeriod goes with the lock mode compliance alone")
            }
            guard SnapshotLock.coolOffHours.contains(coolOffHours) else {
                throw Self.invalid("CoolOffPeriod", "\(coolOffHours)", "From 1 to 72 hours are allowed")
            }
        }
        let end = coolOffHours.map { now.addingTimeInterval(Double($0) * 3_600) }
        let lock = SnapshotLock(
            snapshot: snapshot,
            account: account,
            mode: mode,
            term: term,
            coolOffHours: coolOffHours,
            createdAt: now,
            coolOffEndsAt: end
        )
        guard let existing else { return lock }
        return try changed(existing, to: lock, completion: completion, at: now)
    }

    private func changed(_ existing: SnapshotLock, to lock: SnapshotLock, completion: Date?, at now: Date) throws -> SnapshotLock {
        switch existing.state(completion: completion, at: now) {
        case .expired, .governance: return lock
        case .coolingOff:
            var lock = lock
            // A cooling-off cannot be made longer by asking again; it may be left early.
            if mode == .compliance, coolOffHours != nil {
                lock.coolOffEndsAt = [existing.coolOffEndsAt, lock.coolOffEndsAt].compactMap(\.self).min()
            }
            return lock
        case .compliance:
            guard mode == .compliance, coolOffHours == nil else {
                throw Self.held(
                    lock.snapshot,
                    "is locked in compliance mode: it can be made longer, and nothing else"
                )
            }
            var longer = existing
            longer.term = lock.term
            if case .days(let days) = lock.term, let old = existing.expiry(completion: completion) {
                // Days count from the call, so that the lock is never shorter than asked for.
                let new = now.addingTimeInterval(Double(days) * 24 * 3_600)
                guard new >= old else { throw Self.shorter(lock.snapshot, old) }
                longer.term = .until(new)
            } else if let old = existing.expiry(completion: completion), let new = longer.expiry(completion: completion) {
                guard new >= old else { throw Self.shorter(lock.snapshot, old) }
            } else if existing.days(completion: completion) > longer.days(completion: completion) {
                throw Self.held(lock.snapshot, "is locked in compliance mode: the lock can be made longer, not shorter")
            }
            return longer
        }
    }

    private func term(at now: Date) throws -> SnapshotLock.Term {
        switch (days, expiresAt) {
        case (nil, nil): throw Fault(.missingParameter, "The request must contain the parameter LockDuration or ExpirationDate")
        case (.some, .some): throw Fault(.invalidParameterCombination, "LockDuration and ExpirationDate cannot be used together")
        case (let days?, nil):
            guard SnapshotLock.days.contains(days) else {
                throw Self.invalid("LockDuration", "\(days)", "From 1 to 36500 days are allowed")
            }
            return .days(days)
        case (nil, let date?):
            let limit = now.addingTimeInterval(Double(SnapshotLock.days.upperBound) * 24 * 3_600)
            guard date >= now.addingTimeInterval(24 * 3_600), date <= limit else {
                throw Self.invalid("ExpirationDate", ISO8601.text(date), "It must be from 1 to 36500 days from now")
            }
            return .until(date)
        }
    }

    private static func invalid(_ name: String, _ value: String, _ rule: String) -> Fault {
        Fault(.invalidParameterValue, "Value (\(value)) for parameter \(name) is invalid. \(rule).")
    }

    private static func shorter(_ snapshot: SnapshotID, _ end: Date) -> Fault {
        held(snapshot, "is locked in compliance mode until \(ISO8601.text(end)): the lock can be made longer, not shorter")
    }

    private static func held(_ snapshot: SnapshotID, _ why: String) -> Fault {
        Fault(.operationNotPermitted, "The snapshot '\(snapshot)' \(why)")
    }
}
