import Logging
import Wire

extension Logger {
    /// The parameters that name what a call is about, the first that is there.
    private static let names = [
        "ImageId", "SnapshotId", "ImportTaskId", "ExportTaskId", "AliasName", "GrantId", "KeyId", "KmsKeyId", "CertificateId",
        "CertificateName",
    ]

    /// Names in every line of the request what it is about.
    mutating func note(resourceIn query: QueryReader) {
        note(Self.names.lazy.compactMap(query.rawText).first)
    }

    mutating func note(resourceIn json: JSONReader) {
        note(Self.names.lazy.compactMap(json.rawText).first)
    }

    private mutating func note(_ resource: String?) {
        if let resource { self[metadataKey: "resource"] = "\(resource.prefix(256))" }
    }
}
