import Domain

/// The policies that are a part of one identity.
package struct IAMInlinePolicyTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func document(_ name: String, of identity: String) throws -> String? {
        let sql = "SELECT document FROM iam_inline_policies WHERE identity_id = ? AND name = ?"
        return try transaction.firstRow(sql, [.text(identity), .text(name)])?.text("document")
    }

    /// All of some identities, by name. The limit on their size keeps them few.
    package func policies(of identities: [String]) throws -> [String: [InlinePolicy]] {
        let marks = Transaction.marks(identities.count)
        let sql = "SELECT * FROM iam_inline_policies WHERE identity_id IN (\(marks)) ORDER BY identity_id, name"
        return try transaction.rows(sql, identities.map { .text($0) }).reduce(into: [:]) { policies, row in
            let policy = InlinePolicy(name: try row.text("name"), document: try row.text("document"))
            policies[try row.text("identity_id"), default: []].append(policy)
        }
    }

    /// At most `limit` names behind one, by name.
    package func names(of identity: String, after name: String, limit: Int) throws -> [String] {
        let sql = "SELECT name FROM iam_inline_policies WHERE identity_id = ? AND name > ? ORDER BY name LIMIT ?"
        return try transaction.rows(sql, [.text(identity), .text(name), .integer(limit)]).map { try $0.text("name") }
    }

    package func set(_ policy: InlinePolicy, of identity: String) throws {
        try transaction.execute(
            """
            INSERT INTO iam_inline_policies (identity_id, name, document) VALUES (?, ?, ?)
            ON CONFLICT (identity_id, name) DO UPDATE SET document = excluded.document
            """,
            [.text(identity), .text(policy.name), .text(policy.document)]
        )
    }

    /// - Returns: whether there was one.
    package func delete(_ name: String, of identity: String) throws -> Bool {
        let sql = "DELETE FROM iam_inline_policies WHERE identity_id = ? AND name = ?"
        return try transaction.execute(sql, [.text(identity), .text(name)]) > 0
    }
}
