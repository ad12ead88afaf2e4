extension Schema {
    /// Who has signed in to the console. A step of the directory's schema.
    static let consoleSteps: [String] = [
        """
        CREATE TABLE console_sessions (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, person TEXT NOT NULL, basis_key TEXT, password_set_at BIGINT, access_key_id TEXT NOT NULL, token TEXT NOT NULL,
            role_access_key_id TEXT, role_token TEXT, is_link BIGINT NOT NULL, address TEXT NOT NULL, user_agent TEXT NOT NULL,
            created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX console_sessions_by_person ON console_sessions (account, person, created_at)",
        "CREATE INDEX console_sessions_by_end ON console_sessions (expires_at)",
    ]
}
