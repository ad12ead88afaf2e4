import Domain

/// Which role an instance profile carries.
package struct IAMProfileRoleTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// The roles of profiles, by the ids of these.
    package func roles(of profiles: [String]) throws -> [String: IAMIdentity] {
        let rows = try transaction.rows(
            """
            SELECT profile_id, iam_identities.* FROM iam_profile_roles JOIN iam_identities ON iam_identities.id = role_id
            WHERE profile_id IN (\(Transaction.marks(profiles.count)))
            """,
            profiles.map { .text($0) }
        )
        return try rows.reduce(into: [:]) { $0[try $1.text("profile_id")] = try IAMIdentityTable.identity($1) }
    }

    /// The role of a profile.
    package func role(of profile: String) throws -> IAMIdentity? { try roles(of: [profile])[profile] }

    /// At most `limit` profiles of a role behind a name, by name.
    ///
    /// - Parameter name: as `IAMIdentityTable.place(of:)` gives it.
    package func profiles(of role: String, after name: String, limit: Int) throws -> [IAMIdentity] {
        try transaction.rows(
            """
            SELECT iam_identities.* FROM iam_profile_roles JOIN iam_identities ON iam_identities.id = profile_id
            WHERE role_id = ? AND lower_name > ? ORDER BY lower_name LIMIT ?
            """,
            [.text(role), .text(name), .integer(limit)]
        ).map(IAMIdentityTable.identity)
    }

    package func add(role: String, to profile: String) throws {
        try transaction.execute("INSERT INTO iam_profile_roles (profile_id, role_id) VALUES (?, ?)", [.text(profile), .text(role)])
    }

    /// - Returns: whether it was there.
    package func remove(role: String, from profile: String) throws -> Bool {
        let sql = "DELETE FROM iam_profile_roles WHERE profile_id = ? AND role_id = ?"
        return try transaction.execute(sql, [.text(profile), .text(role)]) > 0
    }
}
