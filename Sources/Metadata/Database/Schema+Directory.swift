extension Schema {
    /// The directory: what is global, as IAM is.
    package static let directory = Schema(
        "the accounts, access keys and vault keys of a data folder",
        landmark: "accounts",
        remedy: "put it back from a backup, as docs/operating.md says; ferry recover tells how the folder stands",
        steps: [
            [
                "CREATE TABLE accounts (id TEXT PRIMARY KEY, created_at BIGINT NOT NULL)",
                """
                CREATE TABLE access_keys (
                    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id), secret TEXT NOT NULL, created_at BIGINT NOT NULL
                )
                """,
                "CREATE TABLE secrets (name TEXT PRIMARY KEY, value BYTEA NOT NULL)",
            ],
            [
                // One row: what tells the right root key from a wrong one, and how a passphrase becomes it.
                "CREATE TABLE root_key (kind TEXT NOT NULL, salt BYTEA, rounds BIGINT, check_value BYTEA NOT NULL)",
                // What the root key seals. The one of the highest number seals what is new.
                "CREATE TABLE vault_keys (number BIGINT PRIMARY KEY, id BYTEA NOT NULL UNIQUE, sealed BYTEA NOT NULL, created_at BIGINT NOT NULL)",
            ],
            [
                // A bucket's name is one for all accounts and Regions; the rest of it is a row of its Region.
                "CREATE TABLE bucket_names (name TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, created_at BIGINT NOT NULL)",
                "CREATE INDEX bucket_names_by_account ON bucket_names (account, name)",
            ],
            [
                """
                CREATE TABLE signing_certificates (
                    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id), body TEXT NOT NULL, status TEXT NOT NULL,
                    uploaded_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX signing_certificates_by_account ON signing_certificates (account)",
            ],
            [
                // The Regions that have been set up, and the ids of their rows: from then on all of their files are to be there.
                "CREATE TABLE regions (name TEXT PRIMARY KEY, id BYTEA NOT NULL)",
                // Secrets stand sealed under the vault. Those of before are sealed at the next start, which then drops the table.
                "ALTER TABLE access_keys RENAME TO clear_access_keys",
                """
                CREATE TABLE access_keys (
                    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id), sealed BYTEA NOT NULL, created_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX access_keys_by_account ON access_keys (account, created_at)",
            ],
            identitySteps,
            organizationSteps,
            quotaSteps,
            trustSteps,
            consoleSteps,
        ]
    )
}
