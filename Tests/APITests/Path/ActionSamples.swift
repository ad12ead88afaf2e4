import API
import HTTPTypes

/// A request for each action of the registry: enough of it for the path to know the action.
enum ActionSamples {
    /// - Returns: nil for an action that this list has not heard of.
    static func request(_ service: String, _ action: String) -> SampleRequest? {
        switch service {
        case "ec2", "iam", "sts": .form(service, action)
        case "kms": .json(service, "TrentService.\(action)")
        case "organizations": .json(service, "AWSOrganizationsV20161128.\(action)")
        case "ferry": .json(service, "Ferry.\(action)")
        case "rbin": rbin[action].map { .rest(service, $0.0, $0.1) }
        case "ebs": ebs[action].map { .rest(service, $0.0, $0.1) }
        case "s3": s3[action].map { .rest(service, $0.0, $0.1, copies.contains(action) ? [("x-amz-copy-source", "/a-bucket/a")] : []) }
        default: nil
        }
    }

    private static let ebs: [String: (HTTPRequest.Method, String)] = [
        "CompleteSnapshot": (.post, "/snapshots/completion/snap-1"), "GetSnapshotBlock": (.get, "/snapshots/snap-1/blocks/0"),
        "ListChangedBlocks": (.get, "/snapshots/snap-1/changedblocks"), "ListSnapshotBlocks": (.get, "/snapshots/snap-1/blocks"),
        "PutSnapshotBlock": (.put, "/snapshots/snap-1/blocks/0"), "StartSnapshot": (.post, "/snapshots"),
    ]

    private static let rbin: [String: (HTTPRequest.Method, String)] = [
        "CreateRule": (.post, "/rules"), "DeleteRule": (.delete, "/rules/abcdefghijk"), "GetRule": (.get, "/rules/abcdefghijk"),
        "ListRules": (.post, "/list-rules"), "ListTagsForResource": (.get, "/tags/arn%3Aaws%3Arbin"),
        "LockRule": (.patch, "/rules/abcdefghijk/lock"), "TagResource": (.post, "/tags/arn%3Aaws%3Arbin"),
        "UnlockRule": (.patch, "/rules/abcdefghijk/unlock"), "UntagResource": (.delete, "/tags/arn%3Aaws%3Arbin?tagKeys=a&tagKeys=b"),
        "UpdateRule": (.patch, "/rules/abcdefghijk"),
    ]

    private static let copies: Set<String> = ["CopyObject", "UploadPartCopy"]

    private static let s3: [String: (HTTPRequest.Method, String)] = [
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
        "HeadBucket": (.head, "/a-bucket"), "HeadObject": (.head, "/a-bucket/k"), "ListBuckets": (.get, "/"),
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
