extension Schema {
    /// The life of images and snapshots: deprecation, protection, locks, the Recycle Bin, reports. A step of the Region's schema.
    static let lifeSteps: [String] = [
        "ALTER TABLE images ADD COLUMN deprecated_at BIGINT",
        // NULL for none; with a date, until when one that was disabled still holds.
        "ALTER TABLE images ADD COLUMN protection TEXT",
        "ALTER TABLE images ADD COLUMN protected_until BIGINT",
        """
        CREATE TABLE snapshot_locks (
            snapshot_id TEXT PRIMARY KEY, account TEXT NOT NULL, mode TEXT NOT NULL, days BIGINT, expires_at BIGINT, cool_off_hours BIGINT,
            cool_off_ends_at BIGINT, created_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX snapshot_locks_by_account ON snapshot_locks (account, snapshot_id)",
        """
        CREATE TABLE retention_rules (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, description TEXT NOT NULL, days BIGINT NOT NULL,
            resource_tags TEXT NOT NULL, excluded_tags TEXT NOT NULL, tags TEXT NOT NULL, unlock_days BIGINT, unlocks_at BIGINT,
            created_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX retention_rules_by_account ON retention_rules (account, kind, id)",
        // An image in the bin is a deregistered one in its own table, a snapshot one that is recoverable.
        """
        CREATE TABLE recycle_bin (
            resource_id TEXT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL, image_state TEXT, tags TEXT NOT NULL,
            entered_at BIGINT NOT NULL, exits_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX recycle_bin_by_account ON recycle_bin (account, kind, resource_id)",
        "CREATE INDEX recycle_bin_by_exit ON recycle_bin (exits_at)",
        """
        CREATE TABLE image_usage_reports (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, image_id TEXT NOT NULL, kinds TEXT NOT NULL, accounts TEXT NOT NULL,
            created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX image_usage_reports_by_account ON image_usage_reports (account, id)",
        "CREATE INDEX image_usage_reports_by_expiry ON image_usage_reports (expires_at)",
    ]
}
