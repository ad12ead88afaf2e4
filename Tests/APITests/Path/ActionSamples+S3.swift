import HTTPTypes

extension ActionSamples {
    static let copies: Set<String> = ["CopyObject", "UploadPartCopy"]

    /// Those that need another permission where the request names a version.
    static let versioned: Set<String> = [
        "DeleteObject", "DeleteObjectTagging", "GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectTagging", "HeadObject",
        "PutObjectAcl", "PutObjectTagging",
    ]

    private static let madeObject = [("content-length", "0"), ("x-amz-acl", "private"), ("x-amz-tagging", "team=a")]
    /// Whoever compares a tag must be allowed to read the object.
    private static let comparing = [("if-match", "00")]

    static let s3Headers: [String: [(name: String, value: String)]] = [
        "CompleteMultipartUpload": comparing, "DeleteObject": comparing,
        "CopyObject": [("x-amz-acl", "private"), ("x-amz-tagging", "team=a"), ("x-amz-tagging-directive", "REPLACE")],
        "CreateBucket": [("x-amz-acl", "private"), ("x-amz-object-ownership", "ObjectWriter")],
        "CreateMultipartUpload": Array(madeObject.dropFirst()), "DeleteObjects": [("content-md5", "Yrsw50x4WoddufPVaTceUg==")],
        "GetObjectAttributes": [("x-amz-object-attributes", "ETag")], "PutObject": madeObject + comparing,
        "UploadPart": [("content-length", "0")],
    ]

    static let s3Bodies = [
        "CreateBucket":
            "<CreateBucketConfiguration><Tags><Tag><Key>team</Key><Value>a</Value></Tag></Tags></CreateBucketConfiguration>",
        "DeleteObjects":
            "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key><VersionId>null</VersionId></Object>"
            + "<Object><Key>c</Key><ETag>00</ETag></Object></Delete>",
        "PutObjectTagging": "<Tagging><TagSet/></Tagging>",
    ]

    static let s3: [String: (HTTPRequest.Method, String)] = [
        "AbortMultipartUpload": (.delete, "/a-bucket/k?uploadId=u"), "CompleteMultipartUpload": (.post, "/a-bucket/k?uploadId=u"),
        "CopyObject": (.put, "/a-bucket/k"), "CreateBucket": (.put, "/a-bucket"), "CreateMultipartUpload": (.post, "/a-bucket/k?uploads"),
        "DeleteBucket": (.delete, "/a-bucket"), "DeleteBucketEncryption": (.delete, "/a-bucket?encryption"),
        "DeleteBucketOwnershipControls": (.delete, "/a-bucket?ownershipControls"), "DeleteBucketPolicy": (.delete, "/a-bucket?policy"),
        "DeleteBucketTagging": (.delete, "/a-bucket?tagging"), "DeleteObject": (.delete, "/a-bucket/k"),
        "DeleteObjectTagging": (.delete, "/a-bucket/k?tagging"), "DeleteObjects": (.post, "/a-bucket?delete"),
        "DeletePublicAccessBlock": (.delete, "/a-bucket?publicAccessBlock"),
        "GetBucketAccelerateConfiguration": (.get, "/a-bucket?accelerate"), "GetBucketAcl": (.get, "/a-bucket?acl"),
        "GetBucketCors": (.get, "/a-bucket?cors"), "GetBucketEncryption": (.get, "/a-bucket?encryption"),
        "GetBucketLifecycleConfiguration": (.get, "/a-bucket?lifecycle"), "GetBucketLocation": (.get, "/a-bucket?location"),
        "GetBucketLogging": (.get, "/a-bucket?logging"), "GetBucketNotificationConfiguration": (.get, "/a-bucket?notification"),
        "GetBucketOwnershipControls": (.get, "/a-bucket?ownershipControls"), "GetBucketPolicy": (.get, "/a-bucket?policy"),
        "GetBucketPolicyStatus": (.get, "/a-bucket?policyStatus"), "GetBucketReplication": (.get, "/a-bucket?replication"),
        "GetBucketRequestPayment": (.get, "/a-bucket?requestPayment"), "GetBucketTagging": (.get, "/a-bucket?tagging"),
        "GetBucketVersioning": (.get, "/a-bucket?versioning"), "GetBucketWebsite": (.get, "/a-bucket?website"),
        "GetObject": (.get, "/a-bucket/k"), "GetObjectAcl": (.get, "/a-bucket/k?acl"),
        "GetObjectAttributes": (.get, "/a-bucket/k?attributes"), "GetObjectLockConfiguration": (.get, "/a-bucket?object-lock"),
        "GetObjectTagging": (.get, "/a-bucket/k?tagging"), "GetPublicAccessBlock": (.get, "/a-bucket?publicAccessBlock"),
        "HeadBucket": (.head, "/a-bucket"), "HeadObject": (.head, "/a-bucket/kept"), "ListBuckets": (.get, "/"),
        "ListMultipartUploads": (.get, "/a-bucket?uploads"), "ListObjectVersions": (.get, "/a-bucket?versions"),
        "ListObjects": (.get, "/a-bucket"), "ListObjectsV2": (.get, "/a-bucket?list-type=2"), "ListParts": (.get, "/a-bucket/k?uploadId=u"),
        "PutBucketAcl": (.put, "/a-bucket?acl"), "PutBucketEncryption": (.put, "/a-bucket?encryption"),
        "PutBucketOwnershipControls": (.put, "/a-bucket?ownershipControls"), "PutBucketPolicy": (.put, "/a-bucket?policy"),
        "PutBucketTagging": (.put, "/a-bucket?tagging"), "PutBucketVersioning": (.put, "/a-bucket?versioning"),
        "PutObject": (.put, "/a-bucket/k"), "PutObjectAcl": (.put, "/a-bucket/k?acl"),
        "PutObjectTagging": (.put, "/a-bucket/k?tagging"), "PutPublicAccessBlock": (.put, "/a-bucket?publicAccessBlock"),
        "UploadPart": (.put, "/a-bucket/k?partNumber=1&uploadId=u"), "UploadPartCopy": (.put, "/a-bucket/k?partNumber=1&uploadId=u"),
    ]
}
