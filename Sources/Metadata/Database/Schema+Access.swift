extension Schema {
    /// What deciding on calls looks up.
    static let accessSteps: [String] = ["CREATE INDEX kms_grants_by_grantee ON kms_grants (key_id, grantee)"]
}
