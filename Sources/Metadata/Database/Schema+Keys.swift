extension Schema {
    /// KMS keys of a Region, their materials (sealed), aliases, grants and tags. A step of the Region's schema.
    static let keySteps: [String] = [
        """
        CREATE TABLE kms_keys (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, description TEXT NOT NULL, usage TEXT NOT NULL, spec TEXT NOT NULL,
            manager TEXT NOT NULL, created_at BIGINT NOT NULL, state TEXT NOT NULL, deletion_at BIGINT, rotation_days BIGINT,
            rotation_at BIGINT, material_number BIGINT NOT NULL, policy TEXT NOT NULL
        )
        """,
        "CREATE INDEX kms_keys_by_account ON kms_keys (account, id)",
        // What the reconciler looks for.
        "CREATE INDEX kms_keys_by_deletion ON kms_keys (deletion_at) WHERE deletion_at IS NOT NULL",
        "CREATE INDEX kms_keys_by_rotation ON kms_keys (rotation_at) WHERE rotation_at IS NOT NULL",
        """
        CREATE TABLE kms_materials (
            key_id TEXT NOT NULL REFERENCES kms_keys (id), number BIGINT NOT NULL, id TEXT NOT NULL, sealed BYTEA NOT NULL,
            created_at BIGINT NOT NULL, cause TEXT NOT NULL, PRIMARY KEY (key_id, number)
        )
        """,
        """
        CREATE TABLE kms_aliases (
            account TEXT NOT NULL, name TEXT NOT NULL, key_id TEXT NOT NULL REFERENCES kms_keys (id), created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL, PRIMARY KEY (account, name)
        )
        """,
        "CREATE INDEX kms_aliases_by_key ON kms_aliases (key_id, name)",
        """
        CREATE TABLE kms_grants (
            id TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES kms_keys (id), name TEXT, grantee TEXT NOT NULL, retiring TEXT,
            issuer TEXT NOT NULL, operations TEXT NOT NULL, context_equals BYTEA, context_contains BYTEA, created_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX kms_grants_by_key ON kms_grants (key_id, id)",
        "CREATE INDEX kms_grants_by_retiring ON kms_grants (retiring, id)",
        """
        CREATE TABLE kms_tags (
            key_id TEXT NOT NULL REFERENCES kms_keys (id), key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key_id, key)
        )
        """,
    ]
}
