extension Schema {
    /// What IAM keeps in an account. Names are told apart without regard to capital letters, as IAM does: `lower_name`.
    static let identitySteps: [String] = [
        // One row. What has been read of the tables below is good as long as the number stands.
        "CREATE TABLE iam_version (value BIGINT NOT NULL)",
        "INSERT INTO iam_version (value) VALUES (1)",
        // Users, groups, roles and instance profiles, by their `kind`. What only some of them have is null, or empty, for the others.
        """
        CREATE TABLE iam_identities (
            id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL, name TEXT NOT NULL, lower_name TEXT NOT NULL,
            path TEXT NOT NULL, boundary TEXT, description TEXT NOT NULL, trust TEXT, session_seconds BIGINT, used_at BIGINT, used_region TEXT,
            created_at BIGINT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX iam_identities_by_name ON iam_identities (account, kind, lower_name)",
        "CREATE INDEX iam_identities_by_boundary ON iam_identities (boundary)",
        "CREATE TABLE iam_group_members (group_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (group_id, user_id))",
        "CREATE INDEX iam_group_members_by_user ON iam_group_members (user_id)",
        "CREATE TABLE iam_profile_roles (profile_id TEXT PRIMARY KEY, role_id TEXT NOT NULL)",
        "CREATE INDEX iam_profile_roles_by_role ON iam_profile_roles (role_id)",
        // Policies of their own, which customers manage. Those that AWS manages are part of the program.
        """
        CREATE TABLE iam_policies (
            id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, lower_name TEXT NOT NULL, path TEXT NOT NULL,
            description TEXT NOT NULL, default_version BIGINT NOT NULL, latest_version BIGINT NOT NULL, created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX iam_policies_by_name ON iam_policies (account, lower_name)",
        """
        CREATE TABLE iam_policy_versions (
            policy_id TEXT NOT NULL, number BIGINT NOT NULL, document TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (policy_id, number)
        )
        """,
        // Which policies, of customers or of AWS, an identity has, by their ARNs.
        """
        CREATE TABLE iam_attachments (
            identity_id TEXT NOT NULL, policy TEXT NOT NULL, attached_at BIGINT NOT NULL, PRIMARY KEY (identity_id,
            policy)
        )
        """,
        "CREATE INDEX iam_attachments_by_policy ON iam_attachments (policy, identity_id)",
        """
        CREATE TABLE iam_inline_policies (
            identity_id TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (identity_id, name)
        )
        """,
        // Of identities, policies and providers, by their ids.
        """
        CREATE TABLE iam_tags (
            resource TEXT NOT NULL, lower_key TEXT NOT NULL, tag_key TEXT NOT NULL, tag_value TEXT NOT NULL, PRIMARY KEY
            (resource, lower_key)
        )
        """,
        // A null user is the root user of the account.
        "ALTER TABLE access_keys ADD COLUMN user_id TEXT",
        "ALTER TABLE access_keys ADD COLUMN status TEXT NOT NULL DEFAULT 'Active'",
        "ALTER TABLE access_keys ADD COLUMN used_at BIGINT",
        "ALTER TABLE access_keys ADD COLUMN used_region TEXT",
        "ALTER TABLE access_keys ADD COLUMN used_service TEXT",
        "CREATE INDEX access_keys_by_user ON access_keys (user_id)",
        "ALTER TABLE signing_certificates ADD COLUMN user_id TEXT",
        // A password stands as what scrypt makes of it.
        """
        CREATE TABLE iam_login_profiles (
            user_id TEXT PRIMARY KEY, salt BYTEA NOT NULL, rounds BIGINT NOT NULL, hash BYTEA NOT NULL, reset_required BIGINT NOT NULL,
            changed_at BIGINT NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT
        )
        """,
        """
        CREATE TABLE iam_former_passwords (
            user_id TEXT NOT NULL, changed_at BIGINT NOT NULL, salt BYTEA NOT NULL, rounds BIGINT NOT NULL, hash BYTEA NOT
            NULL
        )
        """,
        "CREATE INDEX iam_former_passwords_by_user ON iam_former_passwords (user_id, changed_at)",
        "CREATE TABLE iam_password_policies (account TEXT PRIMARY KEY, settings TEXT NOT NULL)",
        "CREATE TABLE iam_account_aliases (alias TEXT PRIMARY KEY, account TEXT NOT NULL UNIQUE)",
        """
        CREATE TABLE iam_providers (
            id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id), url TEXT NOT NULL, client_ids TEXT NOT NULL, thumbprints TEXT NOT NULL,
            created_at BIGINT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX iam_providers_by_url ON iam_providers (account, url)",
    ]
}
