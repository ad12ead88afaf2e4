import Wire

/// What a call is about, for the log: the first of the parameters that name something, in the client's words.
enum ResourceInLog {
    private static let parameters = [
        "ImageId", "SnapshotId", "ImportTaskId", "ExportTaskId", "ReportId", "AliasName", "GrantId", "KeyId", "KmsKeyId", "CertificateId",
        "CertificateName",
    ]

    static func name(in query: QueryReader) -> String? { parameters.lazy.compactMap(query.rawText).first }

    static func name(in json: JSONReader) -> String? { parameters.lazy.compactMap(json.rawText).first }
}
