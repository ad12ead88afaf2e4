import Domain
import Wire

extension S3Request: ConditionSource {
    func facts(of action: String) -> ConditionFacts {
        var facts: ConditionFacts = [:]
        facts.set("s3:versionid", versionID)
        if S3ConditionKeys.listings.contains(action) {
            for (key, parameter) in S3ConditionKeys.parameters { facts.set(key, query[parameter]) }
        }
        for (key, name) in S3ConditionKeys.headers { facts.set(key, header(name)) }
        if let source = header("x-amz-copy-source") { facts.set("s3:x-amz-copy-source", Self.plainSource(source)) }
        for tag in (try? S3Tag.read(header: header("x-amz-tagging") ?? "")) ?? [] { facts.addObjectTag(tag) }
        if let isCreation = S3ConditionKeys.creations[action] { facts.set("s3:objectcreationoperation", String(isCreation)) }
        facts.set("s3:authtype", input.authentication?.type)
        facts.set("s3:signatureversion", input.authentication?.version)
        facts.set("s3:signatureage", input.authentication?.age.map { String(Int($0 * 1000)) })
        return facts
    }

    /// The source of a copy as policies name it, in whichever of its spellings it is sent: `bucket/key`.
    private static func plainSource(_ header: String) -> String {
        (try? CopySource(header: header)).map { "\($0.bucket)/\($0.key)" } ?? header
    }
}

extension ConditionFacts {
    mutating func addObjectTag(_ tag: S3Tag) {
        add("s3:requestobjecttag/\(tag.key.lowercased())", tag.value)
        add("s3:requestobjecttagkeys", tag.key)
    }
}

/// The condition keys of S3 that a request answers, in small letters; what a bucket or an object answers is `ResourceConditions`'
/// (docs/behaviour/policies.md, "Condition keys of S3").
package enum S3ConditionKeys {
    /// Of what a listing is asked for: to any other action such a parameter says nothing.
    static let parameters = ["s3:prefix": "prefix", "s3:delimiter": "delimiter", "s3:max-keys": "max-keys"]

    static let listings: Set<String> = ["ListMultipartUploads", "ListObjectVersions", "ListObjects", "ListObjectsV2"]

    static let headers = [
        "s3:if-match": "if-match", "s3:if-none-match": "if-none-match", "s3:x-amz-acl": "x-amz-acl",
        "s3:x-amz-content-sha256": "x-amz-content-sha256", "s3:x-amz-metadata-directive": "x-amz-metadata-directive",
        "s3:x-amz-object-ownership": "x-amz-object-ownership", "s3:x-amz-server-side-encryption": "x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "x-amz-server-side-encryption-aws-kms-key-id",
        "s3:x-amz-storage-class": "x-amz-storage-class",
    ]

    /// Whether the action makes an object, or only begins one or brings a part of it.
    static let creations = [
        "CompleteMultipartUpload": true, "CopyObject": true, "CreateMultipartUpload": false, "PutObject": true, "UploadPart": false,
        "UploadPartCopy": false,
    ]

    private static let others = [
        "s3:authtype", "s3:existingobjecttag/", "s3:locationconstraint", "s3:objectcreationoperation", "s3:requestobjecttag/",
        "s3:requestobjecttagkeys", "s3:resourceaccount", "s3:signatureage", "s3:signatureversion", "s3:tlsversion", "s3:versionid",
        "s3:x-amz-copy-source",
    ]

    /// All of them; of those with a name behind a slash what stands before it.
    package static let all = Set(Array(parameters.keys) + Array(headers.keys) + others)
}
