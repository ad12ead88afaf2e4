extension Schema {
    /// Long work on images. A step of the Region's schema; what was waiting to be verified goes on as a job.
    static let jobSteps: [String] = [
        """
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, work TEXT NOT NULL, created_at BIGINT NOT NULL,
            state TEXT NOT NULL, bytes_done BIGINT NOT NULL, bytes_total BIGINT NOT NULL, message TEXT NOT NULL, attempts BIGINT NOT NULL,
            due_at BIGINT NOT NULL, ended_at BIGINT
        )
        """,
        "CREATE INDEX jobs_by_state ON jobs (state, kind, due_at)",
        "CREATE INDEX jobs_by_account ON jobs (account, kind, id)",
        """
        INSERT INTO jobs (id, account, kind, work, created_at, state, bytes_done, bytes_total, message, attempts, due_at)
        SELECT image_id, account, 'bundleCheck', '{"bundleCheck":{}}', created_at, 'active', 0, 0, '', attempts, due_at FROM bundle_checks
        """,
        "DROP TABLE bundle_checks",
    ]
}
