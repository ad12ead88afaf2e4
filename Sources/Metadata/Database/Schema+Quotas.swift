extension Schema {
    /// What operators have granted, and what they are asked for. A step of the directory's schema.
    static let quotaSteps: [String] = [
        // A quota of the account as a whole has no Region: an empty text.
        """
        CREATE TABLE quotas (
            account TEXT NOT NULL, service TEXT NOT NULL, code TEXT NOT NULL, region TEXT NOT NULL, value BIGINT NOT NULL,
            PRIMARY KEY (account, service, code, region)
        )
        """,
        """
        CREATE TABLE quota_requests (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, service TEXT NOT NULL, code TEXT NOT NULL, region TEXT NOT NULL,
            desired BIGINT NOT NULL, status TEXT NOT NULL, requester TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX quota_requests_by_account ON quota_requests (account, id)",
        "CREATE INDEX quota_requests_by_status ON quota_requests (status, id)",
    ]

    /// How much an account has of what there may be very much of: counting the rows would make each one dearer than the last. A step of the
    /// Region's schema.
    static let quotaUsageSteps: [String] = [
        "CREATE TABLE quota_usage (owner TEXT NOT NULL, kind TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (owner, kind))",
        """
        INSERT INTO quota_usage (owner, kind, count)
        SELECT owner, 'image', COUNT(*) FROM images
        WHERE state IN ('pending', 'available', 'disabled') OR id IN (SELECT resource_id FROM recycle_bin WHERE kind = 'EC2_IMAGE')
        GROUP BY owner
        """,
        "INSERT INTO quota_usage (owner, kind, count) SELECT owner, 'snapshot', COUNT(*) FROM snapshots GROUP BY owner",
        """
        INSERT INTO quota_usage (owner, kind, count)
        SELECT account, 'key', COUNT(*) FROM kms_keys WHERE manager = 'CUSTOMER' GROUP BY account
        """,
        "INSERT INTO quota_usage (owner, kind, count) SELECT key_id, 'grant', COUNT(*) FROM kms_grants GROUP BY key_id",
    ]
}
