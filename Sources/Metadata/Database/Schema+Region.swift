extension Schema {
    /// One Region's rows. Dates are milliseconds since 1970, flags are 0 or 1.
    package static let region = Schema(
        "the rows of a Region",
        landmark: "image_devices",
        remedy: "put it back from a backup, as docs/operating.md says; ferry recover tells how the folder stands",
        steps: [
            [
                """
                CREATE TABLE images (
                    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, state TEXT NOT NULL,
                    reason_code TEXT, reason_message TEXT, created_at BIGINT NOT NULL, architecture TEXT NOT NULL,
                    virtualization TEXT NOT NULL, kernel_id TEXT, ramdisk_id TEXT, ena_support BIGINT NOT NULL, sriov_net_support TEXT,
                    boot_mode TEXT, tpm_support TEXT, imds_support TEXT, uefi_data TEXT, root_device_name TEXT NOT NULL,
                    source_image_id TEXT, source_region TEXT
                )
                """,
                // A name is free again once its image is deregistered.
                "CREATE UNIQUE INDEX images_by_name ON images (owner, name) WHERE state <> 'deregistered'",
                // Listings walk an owner's images by id; without it the planner sorts them all for every page.
                "CREATE INDEX images_by_owner ON images (owner, id) WHERE state <> 'deregistered'",
                "CREATE INDEX images_by_source ON images (source_image_id)",
                "CREATE INDEX images_by_state ON images (state, id)",
                """
                CREATE TABLE image_devices (
                    image_id TEXT NOT NULL REFERENCES images (id), position BIGINT NOT NULL, name TEXT NOT NULL, virtual_name TEXT,
                    snapshot_id TEXT, size_gib BIGINT, volume_type TEXT, iops BIGINT, throughput BIGINT, deletes_on_termination BIGINT,
                    PRIMARY KEY (image_id, position)
                )
                """,
                "CREATE INDEX image_devices_by_snapshot ON image_devices (snapshot_id)",
                """
                CREATE TABLE snapshots (
                    id TEXT PRIMARY KEY, owner TEXT NOT NULL, volume_id TEXT NOT NULL, description TEXT NOT NULL, state TEXT NOT NULL,
                    status_message TEXT, progress_percent BIGINT NOT NULL, started_at BIGINT NOT NULL, completed_at BIGINT,
                    size_gib BIGINT NOT NULL, parent_id TEXT, lineage TEXT NOT NULL, root BYTEA, data_bytes BIGINT,
                    transfer_type TEXT, completion_minutes BIGINT
                )
                """,
                "CREATE INDEX snapshots_by_state ON snapshots (state, id)",
                """
                CREATE TABLE uploads (
                    snapshot_id TEXT PRIMARY KEY REFERENCES snapshots (id), parent_root BYTEA, timeout_minutes BIGINT NOT NULL,
                    last_put_at BIGINT NOT NULL, is_sealed BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE upload_blocks (
                    snapshot_id TEXT NOT NULL, block_index BIGINT NOT NULL, address BYTEA, PRIMARY KEY (snapshot_id, block_index)
                )
                """,
                """
                CREATE TABLE copies (
                    id TEXT PRIMARY KEY, snapshot_id TEXT NOT NULL UNIQUE, image_id TEXT, source_region TEXT NOT NULL,
                    source_snapshot_id TEXT NOT NULL, source_root BYTEA NOT NULL, created_at BIGINT NOT NULL, state TEXT NOT NULL,
                    bytes_total BIGINT NOT NULL, bytes_done BIGINT NOT NULL, bytes_moved BIGINT NOT NULL, attempts BIGINT NOT NULL,
                    reason_code TEXT, reason_message TEXT, lease_owner TEXT, lease_until BIGINT NOT NULL
                )
                """,
                "CREATE INDEX copies_by_state ON copies (state, created_at)",
                "CREATE INDEX copies_by_image ON copies (image_id)",
                """
                CREATE TABLE tags (
                    resource_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (resource_id, key)
                )
                """,
                "CREATE INDEX tags_by_key ON tags (key, value)",
                """
                CREATE TABLE client_tokens (
                    account TEXT NOT NULL, action TEXT NOT NULL, token TEXT NOT NULL, fingerprint BYTEA NOT NULL,
                    resource_id TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (account, action, token)
                )
                """,
            ],
            [
                "ALTER TABLE copies ADD COLUMN account TEXT NOT NULL DEFAULT ''",
                "UPDATE copies SET account = COALESCE((SELECT owner FROM snapshots WHERE snapshots.id = copies.snapshot_id), '')",
                // Of time-based copies: the minutes, the bytes a second that are set aside, and when the minutes began to run.
                "ALTER TABLE copies ADD COLUMN completion_minutes BIGINT",
                "ALTER TABLE copies ADD COLUMN set_aside BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE copies ADD COLUMN clock_started_at BIGINT",
            ],
            [
                // What nothing refers to any more, until a collection has freed it; without a root, what has none yet.
                "CREATE TABLE releases (root BYTEA, released_at BIGINT NOT NULL)",
                "CREATE INDEX releases_by_date ON releases (released_at)",
            ],
            keySteps,
            encryptionSteps,
            objectSteps,
            bundleSteps,
            jobSteps,
            objectAttributeSteps,
            endedUploadSteps,
            workSteps,
            dutySteps,
            lifeSteps,
            sharingSteps,
            accessSteps,
            quotaUsageSteps,
            archiveSteps,
            networkSteps,
            principalSteps,
            jobCallerSteps,
            volumeSteps,
            instanceSteps,
            volumeByteSteps,
            unboundBucketSteps,
            instanceImageSteps,
            profileAssociationSteps,
            instanceDiskSteps,
            copyTimeSteps,
        ]
    )
}
