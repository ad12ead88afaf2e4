extension Schema {
    /// Whom images and snapshots are shared with, tags of several accounts on one resource, and what accounts have set about sharing. A step of
    /// the Region's schema.
    static let sharingSteps: [String] =
        ["image", "snapshot"].flatMap { kind in
            [
                // The owner stands here too, so that what somebody has shared is found without reading all that is shared.
                """
                CREATE TABLE \(kind)_shares (
                    target TEXT NOT NULL, resource_id TEXT NOT NULL REFERENCES \(kind)s (id), owner TEXT NOT NULL,
                    PRIMARY KEY (target, resource_id)
                )
                """,
                "CREATE INDEX \(kind)_shares_by_owner ON \(kind)_shares (target, owner, resource_id)",
                "CREATE INDEX \(kind)_shares_by_resource ON \(kind)_shares (resource_id)",
            ]
        } + [
            "CREATE INDEX images_by_any_name ON images (name, id)",
            "CREATE INDEX snapshots_by_owner ON snapshots (owner, id)",
            """
            CREATE TABLE sharing_settings (
                account TEXT PRIMARY KEY, image_block TEXT NOT NULL, snapshot_block TEXT NOT NULL, allowed TEXT NOT NULL, criteria TEXT NOT NULL
            )
            """,
            // Few accounts block what they share: those are looked for with each public snapshot.
            "CREATE INDEX sharing_settings_by_block ON sharing_settings (snapshot_block, account)",
            "ALTER TABLE tags RENAME TO tags_of_before",
            """
            CREATE TABLE tags (
                account TEXT NOT NULL, resource_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, kind TEXT NOT NULL,
                PRIMARY KEY (account, resource_id, key)
            )
            """,
            // They were the owner's.
            """
            INSERT INTO tags (account, resource_id, key, value, kind)
                SELECT COALESCE(
                    (SELECT owner FROM images WHERE images.id = resource_id), (SELECT owner FROM snapshots WHERE snapshots.id = resource_id),
                    (SELECT account FROM jobs WHERE jobs.id = resource_id),
                    (SELECT account FROM image_usage_reports WHERE image_usage_reports.id = resource_id), ''
                ), resource_id, key, value, kind FROM tags_of_before
            """,
            "DROP TABLE tags_of_before",
            "CREATE INDEX tags_by_key ON tags (account, key, value)",
            "CREATE INDEX tags_by_resource ON tags (resource_id)",
        ]
}
