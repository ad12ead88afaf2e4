extension Schema {
    /// Buckets and objects. A step of the Region's schema.
    static let objectSteps: [String] = [
        "CREATE TABLE buckets (name TEXT PRIMARY KEY, account TEXT NOT NULL, created_at BIGINT NOT NULL, versioning TEXT NOT NULL)",
        "CREATE TABLE bucket_settings (bucket TEXT NOT NULL, name TEXT NOT NULL, value BYTEA NOT NULL, PRIMARY KEY (bucket, name))",
        // Keys are bytes: S3 orders and compares them as such. Numbers only grow, so the highest of a key is its latest version.
        """
        CREATE TABLE objects (
            number INTEGER PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets (name), key BYTEA NOT NULL, version TEXT NOT NULL,
            is_latest BIGINT NOT NULL, is_marker BIGINT NOT NULL, bytes BIGINT NOT NULL, etag TEXT NOT NULL, modified_at BIGINT NOT NULL,
            attributes BYTEA NOT NULL, checksum TEXT, domain BYTEA, kms_key TEXT, UNIQUE (bucket, key, version)
        )
        """,
        "CREATE UNIQUE INDEX objects_latest ON objects (bucket, key) WHERE is_latest = 1",
        "CREATE INDEX objects_by_age ON objects (bucket, key, number)",
        """
        CREATE TABLE segments (
            object BIGINT NOT NULL REFERENCES objects (number), position BIGINT NOT NULL, root BYTEA NOT NULL, bytes BIGINT NOT NULL,
            PRIMARY KEY (object, position)
        )
        """,
        """
        CREATE TABLE multipart_uploads (
            id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets (name), key BYTEA NOT NULL, created_at BIGINT NOT NULL,
            attributes BYTEA NOT NULL, checksum_algorithm TEXT, checksum_type TEXT, domain BYTEA, kms_key TEXT
        )
        """,
        "CREATE INDEX multipart_uploads_by_key ON multipart_uploads (bucket, key, id)",
        """
        CREATE TABLE multipart_parts (
            upload_id TEXT NOT NULL REFERENCES multipart_uploads (id), number BIGINT NOT NULL, root BYTEA NOT NULL, bytes BIGINT NOT NULL,
            md5 BYTEA NOT NULL, checksum BYTEA, modified_at BIGINT NOT NULL, PRIMARY KEY (upload_id, number)
        )
        """,
    ]

    /// What is told of an object beyond its bytes. A step of the Region's schema.
    static let objectAttributeSteps: [String] = [
        "ALTER TABLE objects ADD COLUMN has_bucket_key BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE multipart_uploads ADD COLUMN has_bucket_key BIGINT NOT NULL DEFAULT 0",
        // Of a part, in the object's algorithm.
        "ALTER TABLE segments ADD COLUMN checksum BYTEA",
    ]

    /// What is known of multipart uploads beyond their parts. A step of the Region's schema.
    static let endedUploadSteps: [String] = [
        // Whether the object under its key has changed since the upload began.
        "ALTER TABLE multipart_uploads ADD COLUMN is_contested BIGINT NOT NULL DEFAULT 0",
        // Numbers only grow. What was made is NULL of an upload that was aborted.
        """
        CREATE TABLE ended_uploads (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, bucket TEXT NOT NULL, key BYTEA NOT NULL, ended_at BIGINT NOT NULL,
            parts BYTEA, version TEXT, etag TEXT, checksum TEXT, domain BYTEA, kms_key TEXT, has_bucket_key BIGINT NOT NULL
        )
        """,
    ]
}
