import Wire

/// What a call is about, for the log: the first of the parameters that name something, in the client's words.
enum ResourceInLog {
    private static let parameters = [
        "ImageId", "VolumeId", "SnapshotId", "ImportTaskId", "ExportTaskId", "ReportId", "AliasName", "GrantId", "KeyId", "KmsKeyId",
        "CertificateId",
        "CertificateName", "RoleName", "UserName", "GroupName", "InstanceProfileName", "PolicyArn", "PolicyName",
        "OpenIDConnectProviderArn",
        "AccessKeyId", "AccountAlias",
        "AccountId", "AccountName", "TargetId", "PolicyId", "OrganizationalUnitId", "RootId", "RequestId",
        "QuotaCode", "KeyName", "KeyPairId", "GroupId",
    ]

    static func name(in query: QueryReader) -> String? { parameters.lazy.compactMap(query.unreadText).first }

    static func name(in json: JSONReader) -> String? { parameters.lazy.compactMap(json.rawText).first }
}
