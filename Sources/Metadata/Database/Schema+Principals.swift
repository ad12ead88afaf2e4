extension Schema {
    /// Whom the policies of keys and grants name, as JSON by ARN. NULL where nobody has looked, as in rows of an older Ferry.
    static let principalSteps: [String] = [
        "ALTER TABLE kms_keys ADD COLUMN policy_ids TEXT",
        "ALTER TABLE kms_grants ADD COLUMN principal_ids TEXT",
        // Of the grantee, who may be called otherwise by now.
        "ALTER TABLE kms_grants ADD COLUMN grantee_id TEXT",
        "CREATE INDEX kms_grants_by_grantee_id ON kms_grants (key_id, grantee_id)",
        // Each start looks for what nobody has looked at, and mostly finds none.
        "CREATE INDEX kms_keys_unbound ON kms_keys (id) WHERE policy_ids IS NULL",
        "CREATE INDEX kms_grants_unbound ON kms_grants (id) WHERE principal_ids IS NULL",
    ]

    /// The same of the policies of roles, in the directory.
    static let trustSteps: [String] = [
        "ALTER TABLE iam_identities ADD COLUMN trust_ids TEXT",
        "CREATE INDEX iam_roles_unbound ON iam_identities (id) WHERE trust IS NOT NULL AND trust_ids IS NULL",
    ]

    /// Buckets whose policy names somebody, as far as nobody has looked whom: all that anything is set of, at first.
    static let unboundBucketSteps: [String] = [
        "CREATE TABLE unbound_buckets (bucket TEXT PRIMARY KEY)",
        "INSERT INTO unbound_buckets (bucket) SELECT DISTINCT bucket FROM bucket_settings",
    ]
}
