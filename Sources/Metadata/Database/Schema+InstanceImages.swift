extension Schema {
    /// Images of instances. A step of the Region's schema.
    static let instanceImageSteps: [String] = [
        "ALTER TABLE images ADD COLUMN source_instance_id TEXT",
        "CREATE INDEX images_by_source_instance ON images (source_instance_id) WHERE source_instance_id IS NOT NULL",
        // The image that is begun as soon as the guest is off.
        "ALTER TABLE instances ADD COLUMN pending_image TEXT",
    ]
}
