/// What is set of a bucket. What is nil nobody has set.
package struct BucketSettings: Hashable, Codable, Sendable {
    package var acl: CannedACL?
    package var ownership: ObjectOwnership?
    package var publicAccess: PublicAccessBlock?
    package var encryption: BucketEncryption?
    package var policy: BucketPolicy?
    /// Whom that names; nil where nobody has looked.
    package var policyIDs: PrincipalIDs?
    /// In the order in which they came.
    package var tags: [Tag] = []
    /// The place that the bucket was made with, where that is another name of its Region: `EU`.
    package var location: String?

    package init() {}

    /// What a new bucket has, as S3's have since April 2023: each object under a key of S3's own, no ACLs, and nothing public. A bucket keeps
    /// what it was made with, so one of an older Ferry has none of it.
    package static let standard: BucketSettings = {
        var settings = BucketSettings()
        settings.encryption = .standard
        settings.ownership = .bucketOwnerEnforced
        settings.publicAccess = .all
        return settings
    }()
}

/// Who owns the objects of a bucket, and whether ACLs count there.
package enum ObjectOwnership: String, Codable, Sendable {
    case bucketOwnerEnforced = "BucketOwnerEnforced"
    case bucketOwnerPreferred = "BucketOwnerPreferred"
    case objectWriter = "ObjectWriter"
}

/// What keeps the public out, whatever ACLs and policies say.
package struct PublicAccessBlock: Hashable, Codable, Sendable {
    package var blocksACLs: Bool
    package var ignoresACLs: Bool
    package var blocksPolicy: Bool
    package var restrictsBuckets: Bool

    package init(blocksACLs: Bool, ignoresACLs: Bool, blocksPolicy: Bool, restrictsBuckets: Bool) {
        self.blocksACLs = blocksACLs
        self.ignoresACLs = ignoresACLs
        self.blocksPolicy = blocksPolicy
        self.restrictsBuckets = restrictsBuckets
    }

    package static let all = PublicAccessBlock(blocksACLs: true, ignoresACLs: true, blocksPolicy: true, restrictsBuckets: true)
}

/// What objects are put under that ask for nothing.
package struct BucketEncryption: Hashable, Codable, Sendable {
    package let request: ObjectEncryptionRequest
    /// What the caller has said of bucket keys; they are of use to KMS keys alone.
    package let isBucketKeyEnabled: Bool
    /// Kinds of encryption that are refused, as the caller names them: kept and told, since none of them is here. Nil when nothing was said.
    package let blockedTypes: [String]?

    package init(_ request: ObjectEncryptionRequest, isBucketKeyEnabled: Bool = false, blockedTypes: [String]? = nil) {
        self.request = request
        self.isBucketKeyEnabled = isBucketKeyEnabled
        self.blockedTypes = blockedTypes
    }

    /// The least that S3 leaves a bucket: there is none that does not encrypt.
    package static let standard = BucketEncryption(.s3)
}
