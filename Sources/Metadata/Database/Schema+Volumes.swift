extension Schema {
    /// Volumes, their attachments and modifications, and the snapshots that are being made of them. A step of the Region's schema.
    static let volumeSteps: [String] = [
        // The base is the map that the volume was made of; its domain may be another than the volume's own.
        """
        CREATE TABLE volumes (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, zone TEXT NOT NULL, state TEXT NOT NULL, type TEXT NOT NULL, size_gib BIGINT NOT NULL,
            iops BIGINT, throughput BIGINT, multi_attach BIGINT NOT NULL, created_at BIGINT NOT NULL, snapshot_id TEXT, base BYTEA,
            base_domain BYTEA, domain BYTEA, kms_key TEXT, lineage TEXT, parent_id TEXT, auto_enable_io BIGINT NOT NULL,
            initialization_rate BIGINT
        )
        """,
        "CREATE INDEX volumes_by_owner ON volumes (owner, id)",
        "CREATE INDEX volumes_by_snapshot ON volumes (snapshot_id) WHERE snapshot_id IS NOT NULL",
        """
        CREATE TABLE volume_attachments (
            volume_id TEXT NOT NULL, instance_id TEXT NOT NULL, device TEXT NOT NULL, state TEXT NOT NULL, attached_at BIGINT NOT NULL,
            deletes_on_termination BIGINT NOT NULL, PRIMARY KEY (volume_id, instance_id)
        )
        """,
        "CREATE INDEX volume_attachments_by_instance ON volume_attachments (instance_id)",
        """
        CREATE TABLE volume_modifications (
            volume_id TEXT NOT NULL, number BIGINT NOT NULL, account TEXT NOT NULL, original TEXT NOT NULL, target TEXT NOT NULL,
            state TEXT NOT NULL, started_at BIGINT NOT NULL, due_at BIGINT NOT NULL, ended_at BIGINT, PRIMARY KEY (volume_id, number)
        )
        """,
        "CREATE INDEX volume_modifications_by_account ON volume_modifications (account, volume_id)",
        "CREATE INDEX volume_modifications_by_due ON volume_modifications (due_at) WHERE state IN ('modifying', 'optimizing')",
        // What a pending snapshot is made of: its volume may be deleted meanwhile.
        """
        CREATE TABLE volume_snapshots (
            snapshot_id TEXT PRIMARY KEY, volume_id TEXT NOT NULL, account TEXT NOT NULL, base BYTEA, base_domain BYTEA
        )
        """,
        "CREATE INDEX volume_snapshots_by_volume ON volume_snapshots (volume_id)",
        "CREATE INDEX volume_snapshots_by_account ON volume_snapshots (account)",
    ]
}
