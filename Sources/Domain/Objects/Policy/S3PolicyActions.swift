/// The actions of S3 that policies can name, from its list in the Service Authorization Reference.
enum S3PolicyActions {
    /// What an action is done to.
    enum Kind: CaseIterable {
        case bucket
        case object
        /// Access points, jobs and all else that is of an account: nothing that the policy of a bucket is about.
        case account
    }

    /// Their names in small letters, without the `s3:` before them.
    static func names(of kind: Kind) -> [String] {
        switch kind {
        case .bucket: lowerBuckets
        case .object: lowerObjects
        case .account: lowerAccounts
        }
    }

    private static let lowerBuckets = buckets.map { $0.lowercased() }
    private static let lowerObjects = objects.map { $0.lowercased() }
    private static let lowerAccounts = accounts.map { $0.lowercased() }

    private static let buckets: [String] = [
        "AllowVendedLogDeliveryForResource", "CreateBucket", "CreateBucketMetadataTableConfiguration", "DeleteBucket",
        "DeleteBucketMetadataTableConfiguration", "DeleteBucketPolicy", "DeleteBucketWebsite", "GetAccelerateConfiguration",
        "GetAnalyticsConfiguration", "GetBucketAbac", "GetBucketAcl", "GetBucketCORS", "GetBucketLocation", "GetBucketLogging",
        "GetBucketMetadataTableConfiguration", "GetBucketNotification", "GetBucketObjectLockConfiguration", "GetBucketOwnershipControls",
        "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketPublicAccessBlock", "GetBucketRequestPayment", "GetBucketTagging",
        "GetBucketVersioning", "GetBucketWebsite", "GetEncryptionConfiguration", "GetIntelligentTieringConfiguration",
        "GetInventoryConfiguration", "GetLifecycleConfiguration", "GetMetricsConfiguration", "GetReplicationConfiguration", "ListBucket",
        "ListBucketMultipartUploads", "ListBucketVersions", "ListTagsForResource", "PauseReplication", "PutAccelerateConfiguration",
        "PutAnalyticsConfiguration", "PutBucketAbac", "PutBucketAcl", "PutBucketCORS", "PutBucketLogging", "PutBucketNotification",
        "PutBucketObjectLockConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketPublicAccessBlock",
        "PutBucketRequestPayment", "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite", "PutEncryptionConfiguration",
        "PutIntelligentTieringConfiguration", "PutInventoryConfiguration", "PutLifecycleConfiguration", "PutMetricsConfiguration",
        "PutReplicationConfiguration", "TagResource", "UntagResource", "UpdateBucketMetadataAnnotationTableConfiguration",
        "UpdateBucketMetadataInventoryTableConfiguration", "UpdateBucketMetadataJournalTableConfiguration",
    ]

    private static let objects: [String] = [
        "AbortMultipartUpload", "BypassGovernanceRetention", "DeleteObject", "DeleteObjectAnnotation", "DeleteObjectTagging",
        "DeleteObjectVersion", "DeleteObjectVersionAnnotation", "DeleteObjectVersionTagging", "GetObject", "GetObjectAcl",
        "GetObjectAnnotation", "GetObjectAttributes", "GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging", "GetObjectTorrent",
        "GetObjectVersion", "GetObjectVersionAcl", "GetObjectVersionAnnotation", "GetObjectVersionAnnotationForReplication",
        "GetObjectVersionAttributes", "GetObjectVersionForReplication", "GetObjectVersionTagging", "GetObjectVersionTorrent",
        "InitiateReplication", "ListMultipartUploadParts", "ListObjectAnnotations", "ListObjectVersionAnnotations",
        "ObjectOwnerOverrideToBucketOwner", "PutObject", "PutObjectAcl", "PutObjectAnnotation", "PutObjectLegalHold",
        "PutObjectRetention", "PutObjectTagging", "PutObjectVersionAcl", "PutObjectVersionAnnotation", "PutObjectVersionTagging",
        "ReplicateDelete", "ReplicateObject", "ReplicateObjectAnnotation", "ReplicateTags", "RestoreObject", "UpdateObjectEncryption",
    ]

    private static let accounts: [String] = [
        "AssociateAccessGrantsIdentityCenter", "CreateAccessGrant", "CreateAccessGrantsInstance", "CreateAccessGrantsLocation",
        "CreateAccessPoint", "CreateAccessPointForObjectLambda", "CreateJob", "CreateMultiRegionAccessPoint", "CreateStorageLensGroup",
        "DeleteAccessGrant", "DeleteAccessGrantsInstance", "DeleteAccessGrantsInstanceResourcePolicy", "DeleteAccessGrantsLocation",
        "DeleteAccessPoint", "DeleteAccessPointForObjectLambda", "DeleteAccessPointPolicy", "DeleteAccessPointPolicyForObjectLambda",
        "DeleteAccessPointScope", "DeleteJobTagging", "DeleteMultiRegionAccessPoint", "DeleteStorageLensConfiguration",
        "DeleteStorageLensConfigurationTagging", "DeleteStorageLensGroup", "DescribeJob", "DescribeMultiRegionAccessPointOperation",
        "DissociateAccessGrantsIdentityCenter", "GetAccessGrant", "GetAccessGrantsInstance", "GetAccessGrantsInstanceForPrefix",
        "GetAccessGrantsInstanceResourcePolicy", "GetAccessGrantsLocation", "GetAccessPoint", "GetAccessPointConfigurationForObjectLambda",
        "GetAccessPointForObjectLambda", "GetAccessPointPolicy", "GetAccessPointPolicyForObjectLambda", "GetAccessPointPolicyStatus",
        "GetAccessPointPolicyStatusForObjectLambda", "GetAccessPointScope", "GetAccountPublicAccessBlock", "GetDataAccess",
        "GetJobTagging", "GetMultiRegionAccessPoint", "GetMultiRegionAccessPointPolicy", "GetMultiRegionAccessPointPolicyStatus",
        "GetMultiRegionAccessPointRoutes", "GetStorageLensConfiguration", "GetStorageLensConfigurationTagging", "GetStorageLensDashboard",
        "GetStorageLensGroup", "ListAccessGrants", "ListAccessGrantsInstances", "ListAccessGrantsLocations", "ListAccessPoints",
        "ListAccessPointsForObjectLambda", "ListAllMyBuckets", "ListCallerAccessGrants", "ListJobs", "ListMultiRegionAccessPoints",
        "ListStorageLensConfigurations", "ListStorageLensGroups", "PutAccessGrantsInstanceResourcePolicy",
        "PutAccessPointConfigurationForObjectLambda", "PutAccessPointPolicy", "PutAccessPointPolicyForObjectLambda",
        "PutAccessPointPublicAccessBlock", "PutAccessPointScope", "PutAccountPublicAccessBlock", "PutJobTagging",
        "PutMultiRegionAccessPointPolicy", "PutStorageLensConfiguration", "PutStorageLensConfigurationTagging",
        "SubmitMultiRegionAccessPointRoutes", "UpdateAccessGrantsLocation", "UpdateJobPriority", "UpdateJobStatus",
        "UpdateStorageLensGroup",
    ]
}
