extension Schema {
    /// When copies began and ended, so that it can be told how fast they were, and which images were copied. A step of the Region's schema.
    static let copyTimeSteps: [String] = [
        "ALTER TABLE copies ADD COLUMN began_at BIGINT",
        "ALTER TABLE copies ADD COLUMN ended_at BIGINT",
        // Of copies that failed or were cancelled before, nothing tells when.
        """
        UPDATE copies SET ended_at = (SELECT completed_at FROM snapshots WHERE snapshots.id = copies.snapshot_id)
        WHERE state = 'completed'
        """,
        "CREATE INDEX copies_by_end ON copies (source_region, ended_at) WHERE state = 'completed'",
        "CREATE INDEX images_copied ON images (owner, id) WHERE source_image_id IS NOT NULL AND state <> 'deregistered'",
        "CREATE INDEX snapshots_by_lineage ON snapshots (owner, lineage)",
    ]
}
