import Domain

/// What can be shared, and where its rows are.
package enum Shareable: String, Sendable {
    case image
    case snapshot

    /// The table of the things themselves.
    var things: String { "\(rawValue)s" }
    /// The table of whom they are shared with.
    var shares: String { "\(rawValue)_shares" }
}

/// Whom images, or snapshots, are shared with.
package struct ShareTable {
    private let transaction: Transaction
    private let kind: Shareable

    package init(_ transaction: Transaction, of kind: Shareable) {
        self.transaction = transaction
        self.kind = kind
    }

    package func targets(of id: String) throws -> Set<ShareTarget> {
        let rows = try transaction.rows("SELECT target FROM \(kind.shares) WHERE resource_id = ?", [.text(id)])
        return Set(try rows.map { try $0.value("target") })
    }

    /// Makes `targets` those that something is shared with, beside what it is already.
    package func add(_ targets: Set<ShareTarget>, to id: String, of owner: AccountID) throws {
        for target in targets {
            try transaction.execute(
                """
                INSERT INTO \(kind.shares) (target, resource_id, owner) VALUES (?, ?, ?)
                ON CONFLICT (target, resource_id) DO NOTHING
                """,
                [.text(target), .text(id), .text(owner)]
            )
        }
    }

    package func remove(_ targets: Set<ShareTarget>, from id: String) throws {
        for target in targets {
            try transaction.execute("DELETE FROM \(kind.shares) WHERE target = ? AND resource_id = ?", [.text(target), .text(id)])
        }
    }

    package func removeAll(of id: String) throws {
        try transaction.execute("DELETE FROM \(kind.shares) WHERE resource_id = ?", [.text(id)])
    }

    /// How many an owner has made public. What was deregistered and is in the Recycle Bin is not.
    package func publicCount(of owner: AccountID) throws -> Int {
        let sql = """
            SELECT COUNT(*) AS count FROM \(kind.shares) AS share CROSS JOIN \(kind.things)
            WHERE share.target = ? AND share.owner = ? AND \(kind.things).id = share.resource_id AND state NOT IN ('deregistered', 'recoverable')
            """
        return Int(try transaction.firstRow(sql, [.text(ShareTarget.everyone), .text(owner)])?.integer("count") ?? 0)
    }

    /// Which of some images or snapshots are within a reach, whatever their state.
    package func ids(among ids: [String], within reach: Reach) throws -> Set<String> {
        let condition = ReachSQL(reach, of: kind).condition
        let sql = "SELECT id FROM \(kind.things) WHERE id IN (\(Transaction.marks(ids.count))) AND \(condition.sql)"
        return Set(try transaction.rows(sql, ids.map { .text($0) } + condition.values).map { try $0.text("id") })
    }
}
