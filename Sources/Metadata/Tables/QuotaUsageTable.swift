import Domain

/// What is counted as it comes and goes.
package enum CountedKind: String, Sendable {
    /// Pending, available, disabled and in the Recycle Bin.
    case image
    /// In every state, and in the Recycle Bin.
    case snapshot
    /// Those that AWS would not manage.
    case key
    /// Of one key.
    case grant
    /// GiB of volumes.
    case standardStorage, gp2Storage, gp3Storage, io1Storage, io2Storage, st1Storage, sc1Storage
    /// Operations a second that are provisioned.
    case io1IOPS, io2IOPS
}

/// How many an owner has of what there may be very much of. The tables of what is counted keep it: nothing else does.
package struct QuotaUsageTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func count(_ kind: CountedKind, of owner: some RawRepresentable<String>) throws -> Int {
        let sql = "SELECT count FROM quota_usage WHERE owner = ? AND kind = ?"
        return Int(try transaction.firstRow(sql, [.text(owner), .text(kind)])?.integer("count") ?? 0)
    }

    func add(_ number: Int, _ kind: CountedKind, of owner: String) throws {
        guard number != 0 else { return }
        try transaction.execute(
            """
            INSERT INTO quota_usage (owner, kind, count) VALUES (?, ?, ?)
            ON CONFLICT (owner, kind) DO UPDATE SET count = quota_usage.count + excluded.count
            """,
            [.text(owner), .text(kind), .integer(number)]
        )
    }

    func forget(_ kind: CountedKind, of owner: String) throws {
        try transaction.execute("DELETE FROM quota_usage WHERE owner = ? AND kind = ?", [.text(owner), .text(kind)])
    }
}
