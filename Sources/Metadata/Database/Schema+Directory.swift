extension Schema {
    /// The directory: what is global, as IAM is.
    package static let directory = Schema(steps: [
        [
            "CREATE TABLE accounts (id TEXT PRIMARY KEY, created_at BIGINT NOT NULL)",
            """
            CREATE TABLE access_keys (
                id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id), secret TEXT NOT NULL, created_at BIGINT NOT NULL
            )
            """,
            "CREATE TABLE secrets (name TEXT PRIMARY KEY, value BYTEA NOT NULL)",
        ]
    ])
}
