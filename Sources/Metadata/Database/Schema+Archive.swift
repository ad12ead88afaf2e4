extension Schema {
    /// Snapshots in the archive. A step of the Region's schema.
    static let archiveSteps: [String] = [
        "ALTER TABLE snapshots ADD COLUMN tier TEXT NOT NULL DEFAULT 'standard'",
        // Of one that is restored for a time.
        "ALTER TABLE snapshots ADD COLUMN restore_expires_at BIGINT",
        "CREATE INDEX snapshots_by_restore_expiry ON snapshots (restore_expires_at) WHERE restore_expires_at IS NOT NULL",
        // The last change of a snapshot's tier.
        """
        CREATE TABLE snapshot_tierings (
            snapshot_id TEXT PRIMARY KEY, account TEXT NOT NULL, lineage TEXT NOT NULL, operation TEXT NOT NULL, outcome TEXT NOT NULL,
            started_at BIGINT NOT NULL, due_at BIGINT NOT NULL, detail TEXT, archived_at BIGINT
        )
        """,
        "CREATE INDEX snapshot_tierings_by_account ON snapshot_tierings (account, snapshot_id)",
        "CREATE INDEX snapshot_tierings_by_lineage ON snapshot_tierings (account, lineage)",
        // The packs that hold what an archived snapshot alone needs.
        "CREATE TABLE archive_packs (snapshot_id TEXT NOT NULL, pack BYTEA NOT NULL, PRIMARY KEY (snapshot_id, pack))",
    ]
}
