extension Schema {
    /// How far the bytes of volumes are in their bases, and what of them pending snapshots have. A step of the Region's schema.
    static let volumeByteSteps: [String] = [
        "ALTER TABLE volumes ADD COLUMN merged_through BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE volume_snapshots ADD COLUMN merged_through BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE volume_snapshots ADD COLUMN layer BIGINT",
        "ALTER TABLE volume_snapshots ADD COLUMN number BIGINT NOT NULL DEFAULT 0",
    ]
}
