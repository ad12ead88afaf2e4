import Domain

extension IAMIdentityTable {
    /// The groups that a user is in, by name: quotas keep them few.
    package func groups(ofUser id: String) throws -> [IAMIdentity] {
        try transaction.rows(
            """
            SELECT iam_identities.* FROM iam_group_members JOIN iam_identities ON iam_identities.id = group_id
            WHERE user_id = ? ORDER BY lower_name
            """,
            [.text(id)]
        ).map(Self.identity)
    }
}
