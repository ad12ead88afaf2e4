import Domain

/// Rules of the Recycle Bin.
package struct RetentionRuleTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func rule(_ id: RetentionRuleID) throws -> RetentionRule? {
        try transaction.firstRow("SELECT * FROM retention_rules WHERE id = ?", [.text(id)]).map(RetentionRule.init(row:))
    }

    /// All rules of an account for a kind: there are few.
    package func rules(of account: AccountID, for kind: RecyclableKind) throws -> [RetentionRule] {
        try page(of: account, for: kind, after: nil, limit: RetentionRule.countMax)
    }

    /// Behind an id, ordered by id.
    package func page(of account: AccountID, for kind: RecyclableKind, after id: String?, limit: Int) throws -> [RetentionRule] {
        let sql = "SELECT * FROM retention_rules WHERE account = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?"
        return try transaction.rows(sql, [.text(account), .text(kind), .text(id ?? ""), .integer(limit)]).map(RetentionRule.init(row:))
    }

    package func count(of account: AccountID) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM retention_rules WHERE account = ?"
        return Int(try transaction.firstRow(sql, [.text(account)])?.integer("count") ?? 0)
    }

    /// Writes a rule, in place of what it was.
    package func save(_ rule: RetentionRule) throws {
        try delete(rule.id)
        try transaction.execute(
            """
            INSERT INTO retention_rules (id, account, kind, description, days, resource_tags, excluded_tags, tags, unlock_days, unlocks_at,
                created_at)
            VALUES (\(Transaction.marks(11)))
            """,
            [
                .text(rule.id), .text(rule.account), .text(rule.kind), .text(rule.description), .integer(rule.days),
                try .json(rule.resourceTags), try .json(rule.excludedTags), try .json(rule.tags), .integer(rule.lock.unlockDays),
                .date(rule.lock.end),
                .date(rule.createdAt),
            ]
        )
    }

    package func delete(_ id: RetentionRuleID) throws {
        try transaction.execute("DELETE FROM retention_rules WHERE id = ?", [.text(id)])
    }
}

extension RetentionRule {
    fileprivate init(row: SQLRow) throws {
        var lock = Lock.none
        if let days = try row.optionalInteger("unlock_days") {
            let end = try row.optionalDate("unlocks_at")
            lock = end.map { .ending(unlockDays: Int(days), at: $0) } ?? .locked(unlockDays: Int(days))
        }
        try self.init(
            id: row.value("id"),
            account: row.value("account"),
            kind: row.value("kind"),
            description: row.text("description"),
            days: Int(row.integer("days")),
            resourceTags: row.json("resource_tags"),
            excludedTags: row.json("excluded_tags"),
            lock: lock,
            tags: row.json("tags"),
            createdAt: row.date("created_at")
        )
    }
}
