extension Schema {
    /// The root disks of instances of instance-store images. A step of the Region's schema.
    static let instanceDiskSteps: [String] = [
        """
        CREATE TABLE instance_disks (
            id TEXT PRIMARY KEY, instance_id TEXT NOT NULL UNIQUE, image_id TEXT NOT NULL, image_owner TEXT NOT NULL,
            manifest_location TEXT NOT NULL, manifest_version TEXT NOT NULL, manifest_etag TEXT NOT NULL,
            bundle_image_bytes BIGINT NOT NULL, bundle_bytes BIGINT NOT NULL, root BYTEA
        )
        """,
        // Instances of one image have what its bundle holds from each other.
        "CREATE INDEX instance_disks_by_image ON instance_disks (image_id) WHERE root IS NOT NULL",
    ]
}
