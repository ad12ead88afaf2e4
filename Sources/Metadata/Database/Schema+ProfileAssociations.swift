extension Schema {
    /// Since when an instance has its profile, and what that is called. A step of the Region's schema.
    static let profileAssociationSteps: [String] = [
        "ALTER TABLE instances ADD COLUMN profile_association TEXT",
        "ALTER TABLE instances ADD COLUMN profile_associated_at BIGINT",
        "CREATE UNIQUE INDEX instances_by_profile_association ON instances (profile_association) WHERE profile_association IS NOT NULL",
    ]
}
