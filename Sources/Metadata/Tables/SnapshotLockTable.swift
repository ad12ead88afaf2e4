import Domain

/// Locks of snapshots. One that is over stays until its snapshot goes: it is told that it has expired.
package struct SnapshotLockTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func lock(of id: SnapshotID) throws -> SnapshotLock? { try locks(of: [id])[id] }

    package func locks(of ids: [SnapshotID]) throws -> [SnapshotID: SnapshotLock] {
        let sql = "SELECT * FROM snapshot_locks WHERE snapshot_id IN (\(Transaction.marks(ids.count)))"
        let locks = try transaction.rows(sql, ids.map { .text($0) }).map(SnapshotLock.init(row:))
        return Dictionary(uniqueKeysWithValues: locks.map { ($0.snapshot, $0) })
    }

    /// Those of an account behind a snapshot, in the order of their snapshots.
    package func page(of account: AccountID, after id: SnapshotID?, limit: Int) throws -> [SnapshotLock] {
        let sql = "SELECT * FROM snapshot_locks WHERE account = ? AND snapshot_id > ? ORDER BY snapshot_id LIMIT ?"
        return try transaction.rows(sql, [.text(account), .text(id?.rawValue ?? ""), .integer(limit)]).map(SnapshotLock.init(row:))
    }

    /// Sets the lock of a snapshot, in place of one that it may have.
    package func set(_ lock: SnapshotLock) throws {
        try delete(lock.snapshot)
        var (days, end): (Int?, SQLValue) = (nil, .null)
        switch lock.term {
        case .days(let count): days = count
        case .until(let date): end = .date(date)
        }
        try transaction.execute(
            """
            INSERT INTO snapshot_locks (snapshot_id, account, mode, days, expires_at, cool_off_hours, cool_off_ends_at, created_at)
            VALUES (\(Transaction.marks(8)))
            """,
            [
                .text(lock.snapshot), .text(lock.account), .text(lock.mode), .integer(days), end, .integer(lock.coolOffHours),
                .date(lock.coolOffEndsAt), .date(lock.createdAt),
            ]
        )
    }

    package func delete(_ id: SnapshotID) throws {
        try transaction.execute("DELETE FROM snapshot_locks WHERE snapshot_id = ?", [.text(id)])
    }
}

extension SnapshotLock {
    fileprivate init(row: SQLRow) throws {
        let term: Term
        if let days = try row.optionalInteger("days") {
            term = .days(Int(days))
        } else {
            term = .until(try row.date("expires_at"))
        }
        try self.init(
            snapshot: row.value("snapshot_id"),
            account: row.value("account"),
            mode: row.value("mode"),
            term: term,
            coolOffHours: row.optionalInteger("cool_off_hours").map(Int.init),
            createdAt: row.date("created_at"),
            coolOffEndsAt: row.optionalDate("cool_off_ends_at")
        )
    }
}
