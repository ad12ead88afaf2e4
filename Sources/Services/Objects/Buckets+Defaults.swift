import Domain

extension Buckets {
    /// What a new bucket has, as S3's have since April 2023: each object under a key of S3's own, no ACLs, and nothing public. A bucket keeps
    /// what it was made with, so one of an older Ferry has none of it.
    static let defaults: [BucketSetting: [UInt8]] = encryptionDefault.merging([
        .ownership: ownership("BucketOwnerEnforced"),
        .publicAccessBlock: document(
            "PublicAccessBlockConfiguration",
            "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
                + "<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"
        ),
    ]) { $1 }

    /// The least that S3 leaves a bucket: there is none that does not encrypt.
    static let encryptionDefault: [BucketSetting: [UInt8]] = [
        .encryption: document(
            "ServerSideEncryptionConfiguration",
            "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
                + "<BucketKeyEnabled>false</BucketKeyEnabled></Rule>"
        ),
        .encryptionRequest: Array(#"{"s3":{}}"#.utf8),
    ]

    static func ownership(_ word: String) -> [UInt8] {
        document("OwnershipControls", "<Rule><ObjectOwnership>\(word)</ObjectOwnership></Rule>")
    }

    private static func document(_ root: String, _ content: String) -> [UInt8] {
        Array(#"<\#(root) xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\#(content)</\#(root)>"#.utf8)
    }
}
