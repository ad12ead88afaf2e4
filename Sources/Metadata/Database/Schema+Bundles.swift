extension Schema {
    /// Instance-store images, and the certificate that their bundles are made for. A step of the Region's schema.
    static let bundleSteps: [String] = [
        // One row, made at the first start: the key is sealed, the certificate is for everybody.
        "CREATE TABLE region_certificate (pem TEXT NOT NULL, sealed_key BYTEA NOT NULL, created_at BIGINT NOT NULL)",
        // All NULL for an image over snapshots.
        "ALTER TABLE images ADD COLUMN manifest_location TEXT",
        "ALTER TABLE images ADD COLUMN manifest_version TEXT",
        "ALTER TABLE images ADD COLUMN manifest_etag TEXT",
        "ALTER TABLE images ADD COLUMN bundle_image_bytes BIGINT",
        "ALTER TABLE images ADD COLUMN bundle_bytes BIGINT",
        // Bundles whose images are pending until they are verified.
        """
        CREATE TABLE bundle_checks (
            image_id TEXT PRIMARY KEY REFERENCES images (id), account TEXT NOT NULL, created_at BIGINT NOT NULL, attempts BIGINT NOT NULL,
            due_at BIGINT NOT NULL
        )
        """,
    ]
}
