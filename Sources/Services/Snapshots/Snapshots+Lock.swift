import Domain
import Foundation
import Metadata

/// A lock, and what of its snapshot it depends on.
package struct LockedSnapshot: Sendable {
    package let lock: SnapshotLock
    /// When the snapshot was complete; nil when it is not.
    package let completedAt: Date?
    package let state: SnapshotLock.State

    init(_ lock: SnapshotLock, completedAt: Date?, at now: Date) {
        self.lock = lock
        self.completedAt = completedAt
        state = lock.state(completion: completedAt, at: now)
    }
}

/// Locks that keep snapshots from being deleted (docs/behaviour/snapshot-lock.md).
extension Snapshots {
    private static let lockFilters: Set<String> = ["lock-state"]

    package func lock(_ id: String, _ request: SnapshotLockRequest) async throws -> LockedSnapshot {
        let id = try Self.id(id)
        let (account, now, viewer) = (call.account, call.now, try await call.viewer())
        return try await call.commit { transaction in
            let snapshot = try Self.own(id, of: viewer, in: transaction)
            guard snapshot.state != .error else {
                throw Fault(.incorrectState, "The snapshot '\(id)' cannot be locked: it is in the state error")
            }
            let table = SnapshotLockTable(transaction)
            let lock = try request.lock(
                of: id,
                by: account,
                replacing: table.lock(of: id),
                completion: snapshot.completedAt,
                at: now
            )
            try table.set(lock)
            return LockedSnapshot(lock, completedAt: snapshot.completedAt, at: now)
        }
    }

    package func unlock(_ id: String) async throws -> SnapshotID {
        let id = try Self.id(id)
        let (now, viewer) = (call.now, try await call.viewer())
        return try await call.commit { transaction in
            let snapshot = try Self.own(id, of: viewer, in: transaction)
            let table = SnapshotLockTable(transaction)
            guard let lock = try table.lock(of: id) else {
                throw Fault(.incorrectState, "The snapshot '\(id)' is not locked")
            }
            guard lock.state(completion: snapshot.completedAt, at: now) != .compliance else {
                throw Fault(.operationNotPermitted, "The snapshot '\(id)' is locked in compliance mode, so it cannot be unlocked")
            }
            try table.delete(id)
            return id
        }
    }

    /// The locks of the caller's snapshots, ordered by snapshot. Snapshots that have none are left out.
    package func locked(_ ids: [String], filters: [Filter], page: PageRequest) async throws -> Page<LockedSnapshot> {
        try FilterRules.check(filters, names: Self.lockFilters)
        try page.check(besides: ids, "SnapshotIds")
        let (account, now, database) = (call.account, call.now, call.store.database)
        let matches: (LockedSnapshot) -> Bool = { locked in
            filters.allSatisfy { $0.tagKey == nil && $0.matches(anyOf: [locked.state.rawValue]) }
        }
        if !ids.isEmpty {
            let (ids, viewer) = (try ids.map(Self.id), try await call.viewer())
            let found = try await database.read { transaction in
                for id in ids { _ = try Self.own(id, of: viewer, in: transaction) }
                let locks = try SnapshotLockTable(transaction).locks(of: ids).values
                return try Self.described(locks.sorted { $0.snapshot < $1.snapshot }, at: now, in: transaction)
            }
            return Page(elements: found.filter(matches), nextToken: nil)
        }
        return try await page.collect(
            token: call.pageToken(for: "DescribeLockedSnapshots"),
            place: \.lock.snapshot.rawValue,
            batch: { after, limit in
                try await database.read { transaction in
                    let after = after.flatMap(SnapshotID.init(rawValue:))
                    let locks = try SnapshotLockTable(transaction).page(of: account, after: after, limit: limit)
                    return try Self.described(locks, at: now, in: transaction)
                }
            },
            where: matches
        )
    }

    /// Whether a lock keeps a snapshot from being deleted.
    static func isLocked(_ snapshot: Snapshot, at now: Date, in transaction: Transaction) throws -> Bool {
        try SnapshotLockTable(transaction).lock(of: snapshot.id)?.isHeld(completion: snapshot.completedAt, at: now) ?? false
    }

    private static func described(_ locks: [SnapshotLock], at now: Date, in transaction: Transaction) throws -> [LockedSnapshot] {
        let snapshots = try SnapshotTable(transaction).snapshots(ids: locks.map(\.snapshot))
        let completions = Dictionary(uniqueKeysWithValues: snapshots.map { ($0.id, $0.completedAt) })
        return locks.map { LockedSnapshot($0, completedAt: completions[$0.snapshot] ?? nil, at: now) }
    }
}
