extension Schema {
    /// What Organizations keeps: the tree of accounts, and the policies that stand over it.
    static let organizationSteps: [String] = [
        // An account of before belongs to no organization until the next start adopts it: its parent is null.
        "ALTER TABLE accounts ADD COLUMN name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE accounts ADD COLUMN email TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE accounts ADD COLUMN lower_email TEXT",
        "ALTER TABLE accounts ADD COLUMN status TEXT NOT NULL DEFAULT 'ACTIVE'",
        "ALTER TABLE accounts ADD COLUMN parent TEXT",
        "ALTER TABLE accounts ADD COLUMN joined_by TEXT NOT NULL DEFAULT 'CREATED'",
        "CREATE UNIQUE INDEX accounts_by_email ON accounts (lower_email)",
        "CREATE INDEX accounts_by_parent ON accounts (parent, id)",
        // One row. The management account is the one that `ferry serve` made, or was given, at the first start.
        """
        CREATE TABLE organizations (
            id TEXT PRIMARY KEY, root TEXT NOT NULL, management_account TEXT NOT NULL REFERENCES accounts (id),
            policies_enabled BIGINT NOT NULL, created_at BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE organizational_units (
            id TEXT PRIMARY KEY, parent TEXT NOT NULL, name TEXT NOT NULL, created_at BIGINT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX organizational_units_by_name ON organizational_units (parent, name)",
        "CREATE INDEX organizational_units_by_parent ON organizational_units (parent, id)",
        """
        CREATE TABLE account_requests (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, account TEXT, failure TEXT, requested_at BIGINT NOT NULL,
            completed_at BIGINT
        )
        """,
        "CREATE INDEX account_requests_by_state ON account_requests (state, id)",
        """
        CREATE TABLE organization_policies (
            id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL, content TEXT NOT NULL, created_at BIGINT NOT NULL
        )
        """,
        "CREATE TABLE organization_attachments (target TEXT NOT NULL, policy TEXT NOT NULL, PRIMARY KEY (target, policy))",
        "CREATE INDEX organization_attachments_by_policy ON organization_attachments (policy, target)",
        """
        CREATE TABLE organization_tags (
            resource TEXT NOT NULL, tag_key TEXT NOT NULL, tag_value TEXT NOT NULL, PRIMARY KEY (resource, tag_key)
        )
        """,
    ]
}
