import Wire

/// The actions on what an account sets about encryption in a Region.
extension EC2Service {
    static let encryption: [any Action<QueryReader>.Type] = [
        DisableEbsEncryptionByDefault.self,
        EnableEbsEncryptionByDefault.self,
        GetEbsDefaultKmsKeyId.self,
        GetEbsEncryptionByDefault.self,
        ModifyEbsDefaultKmsKeyId.self,
        ResetEbsDefaultKmsKeyId.self,
    ]
}
