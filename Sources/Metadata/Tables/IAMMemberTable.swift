import Domain

/// Which users are in which groups.
package struct IAMMemberTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// One that is in already stays.
    package func add(_ user: String, to group: String) throws {
        try transaction.execute(
            "INSERT INTO iam_group_members (group_id, user_id) VALUES (?, ?) ON CONFLICT (group_id, user_id) DO NOTHING",
            [.text(group), .text(user)]
        )
    }

    /// - Returns: whether it was in.
    package func remove(_ user: String, from group: String) throws -> Bool {
        let sql = "DELETE FROM iam_group_members WHERE group_id = ? AND user_id = ?"
        return try transaction.execute(sql, [.text(group), .text(user)]) > 0
    }

    /// At most `limit` groups of a user behind a name, by name.
    package func groups(of user: String, after name: String? = nil, limit: Int) throws -> [IAMIdentity] {
        try identities("iam_identities.id = group_id WHERE user_id = ?", user, after: name, limit: limit)
    }

    /// At most `limit` users of a group behind a name, by name.
    package func users(of group: String, after name: String? = nil, limit: Int) throws -> [IAMIdentity] {
        try identities("iam_identities.id = user_id WHERE group_id = ?", group, after: name, limit: limit)
    }

    private func identities(_ join: String, _ id: String, after name: String?, limit: Int) throws -> [IAMIdentity] {
        try transaction.rows(
            """
            SELECT iam_identities.* FROM iam_group_members JOIN iam_identities ON \(join) AND lower_name > ?
            ORDER BY lower_name LIMIT ?
            """,
            [.text(id), .text(name ?? ""), .integer(limit)]
        ).map(IAMIdentityTable.identity)
    }
}
