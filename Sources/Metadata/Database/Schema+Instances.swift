extension Schema {
    /// Instances with their network interfaces, and the security groups of those. A step of the Region's schema.
    static let instanceSteps: [String] = [
        """
        CREATE TABLE instances (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, reservation TEXT NOT NULL, launch_index BIGINT NOT NULL, client_token TEXT,
            image_id TEXT NOT NULL, traits TEXT NOT NULL, root_device_name TEXT NOT NULL, root_device_type TEXT NOT NULL,
            type TEXT NOT NULL, vcpus BIGINT NOT NULL, key_name TEXT, public_key TEXT, zone TEXT NOT NULL, subnet TEXT NOT NULL,
            vpc TEXT NOT NULL, interface TEXT NOT NULL, interface_description TEXT NOT NULL, mac TEXT NOT NULL,
            private_address TEXT NOT NULL, is_public BIGINT NOT NULL, public_address TEXT, metadata_enabled BIGINT NOT NULL,
            requires_token BIGINT NOT NULL, hop_limit BIGINT NOT NULL, shows_tags BIGINT NOT NULL, shutdown_behavior TEXT NOT NULL,
            keeps_from_termination BIGINT NOT NULL, keeps_from_stop BIGINT NOT NULL, is_monitored BIGINT NOT NULL,
            ebs_optimized BIGINT NOT NULL, credits TEXT, profile TEXT, profile_id TEXT, user_data BYTEA, state TEXT NOT NULL,
            reason_code TEXT, reason_message TEXT, transition TEXT NOT NULL, created_at BIGINT NOT NULL, launched_at BIGINT NOT NULL, terminated_at BIGINT,
            was_started BIGINT NOT NULL, is_forced BIGINT NOT NULL, reboot_requested_at BIGINT, lease_owner TEXT,
            lease_until BIGINT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX instances_by_place ON instances (owner, reservation, launch_index)",
        "CREATE UNIQUE INDEX instances_by_interface ON instances (interface)",
        "CREATE UNIQUE INDEX instances_by_private_address ON instances (vpc, private_address) WHERE state <> 'terminated'",
        "CREATE UNIQUE INDEX instances_by_public_address ON instances (public_address) WHERE public_address IS NOT NULL",
        "CREATE INDEX instances_by_image ON instances (image_id, owner)",
        // Those that are driven, and those that are to be forgotten.
        "CREATE INDEX instances_by_work ON instances (launched_at) WHERE state IN ('pending', 'running', 'stopping', 'shutting-down')",
        "CREATE INDEX instances_by_end ON instances (terminated_at) WHERE terminated_at IS NOT NULL",
        """
        CREATE TABLE instance_groups (
            group_id TEXT NOT NULL, instance_id TEXT NOT NULL, PRIMARY KEY (group_id, instance_id)
        )
        """,
        // What reports of who uses an image have found, when they were made.
        """
        CREATE TABLE image_usage_entries (
            report_id TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (report_id, account)
        )
        """,
        // When an image was launched last.
        "ALTER TABLE images ADD COLUMN last_launched_at BIGINT",
        "CREATE INDEX instance_groups_by_instance ON instance_groups (instance_id)",
    ]
}
