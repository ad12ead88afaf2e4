extension Schema {
    /// Leases on jobs as on copies, retries of copies as of jobs. A step of the Region's schema.
    static let workSteps: [String] = [
        "ALTER TABLE jobs ADD COLUMN lease_owner TEXT",
        // In the past, so it is free.
        "ALTER TABLE jobs ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0",
        // The code of why a job has failed; the message has its reason.
        "ALTER TABLE jobs ADD COLUMN reason_code TEXT",
        "ALTER TABLE copies ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0",
        "UPDATE copies SET due_at = created_at",
    ]

    /// Leases on uploads that are to be finished, and on what one process at a time does for a Region. A step of the Region's schema.
    static let dutySteps: [String] = [
        "ALTER TABLE uploads ADD COLUMN lease_owner TEXT",
        "ALTER TABLE uploads ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE uploads ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0",
        "CREATE TABLE duties (id TEXT PRIMARY KEY, lease_owner TEXT, lease_until BIGINT NOT NULL)",
        "INSERT INTO duties (id, lease_until) VALUES ('collection', 0)",
    ]

    /// Who has asked for a job. A step of the Region's schema.
    static let jobCallerSteps: [String] = ["ALTER TABLE jobs ADD COLUMN caller TEXT"]
}
