import Wire

extension S3Request: ConditionSource {
    func facts(of action: String) -> ConditionFacts {
        var facts: ConditionFacts = [:]
        for (parameter, key) in Self.parameters { facts.set(key, query[parameter]) }
        for (name, key) in Self.headers { facts.set(key, header(name)) }
        for tag in (try? S3Tag.read(header: header("x-amz-tagging") ?? "")) ?? [] {
            facts["s3:requestobjecttag/\(tag.key.lowercased())"] = [tag.value]
            facts.add("s3:requestobjecttagkeys", tag.key)
        }
        return facts
    }

    private static let parameters = [
        "prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys", "versionId": "s3:versionid",
    ]

    private static let headers = [
        "x-amz-acl": "s3:x-amz-acl", "x-amz-content-sha256": "s3:x-amz-content-sha256", "x-amz-copy-source": "s3:x-amz-copy-source",
        "x-amz-metadata-directive": "s3:x-amz-metadata-directive", "x-amz-server-side-encryption": "s3:x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id": "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-storage-class": "s3:x-amz-storage-class", "x-amz-object-ownership": "s3:x-amz-object-ownership",
    ]
}
