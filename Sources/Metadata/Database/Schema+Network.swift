extension Schema {
    /// Key pairs, security groups and their rules. The default network itself has no rows. A step of the Region's schema.
    static let networkSteps: [String] = [
        """
        CREATE TABLE key_pairs (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, public_key TEXT NOT NULL,
            fingerprint TEXT NOT NULL, created_at BIGINT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX key_pairs_by_name ON key_pairs (account, name)",
        """
        CREATE TABLE security_groups (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX security_groups_by_name ON security_groups (account, name)",
        "CREATE INDEX security_groups_by_account ON security_groups (account, id)",
        // The peer is a block of addresses, or the id of a group.
        """
        CREATE TABLE security_group_rules (
            id TEXT PRIMARY KEY, group_id TEXT NOT NULL, account TEXT NOT NULL, is_egress BIGINT NOT NULL, protocol TEXT NOT NULL,
            from_port BIGINT NOT NULL, to_port BIGINT NOT NULL, peer TEXT NOT NULL, description TEXT
        )
        """,
        """
        CREATE UNIQUE INDEX security_group_rules_by_content
        ON security_group_rules (group_id, is_egress, protocol, from_port, to_port, peer)
        """,
        "CREATE INDEX security_group_rules_by_account ON security_group_rules (account, id)",
        "CREATE INDEX security_group_rules_by_peer ON security_group_rules (account, peer)",
    ]
}
