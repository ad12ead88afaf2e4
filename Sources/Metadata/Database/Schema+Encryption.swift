extension Schema {
    /// Encrypted snapshots, and what accounts set about them. A step of the Region's schema.
    static let encryptionSteps: [String] = [
        """
        CREATE TABLE domains (
            id BYTEA PRIMARY KEY, account TEXT NOT NULL, kms_key TEXT NOT NULL, wrapped BYTEA NOT NULL, created_at BIGINT NOT NULL,
            UNIQUE (account, kms_key)
        )
        """,
        // Both NULL for a snapshot that is stored in the open.
        "ALTER TABLE snapshots ADD COLUMN domain BYTEA",
        "ALTER TABLE snapshots ADD COLUMN kms_key TEXT",
        "ALTER TABLE image_devices ADD COLUMN encrypted BIGINT NOT NULL DEFAULT 0",
        // What an upload's page is to list, which a keyed address does not tell.
        "ALTER TABLE upload_blocks ADD COLUMN sealed_digest BYTEA",
        "ALTER TABLE copies ADD COLUMN source_domain BYTEA",
        "ALTER TABLE releases ADD COLUMN domain BYTEA",
        "CREATE TABLE encryption_defaults (account TEXT PRIMARY KEY, is_on BIGINT NOT NULL, kms_key TEXT)",
    ]
}
