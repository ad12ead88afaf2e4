/// The table of contents of S3; what is not here is answered `NotImplemented`.
extension S3Service {
    static let buckets: [any Action<S3Request>.Type] = [
        CreateBucket.self, DeleteBucket.self, GetBucketLocation.self, HeadBucket.self, ListBuckets.self, ListObjectVersions.self,
        ListObjects.self, ListObjectsV2.self,
    ]
    static let settings: [any Action<S3Request>.Type] = [
        DeleteBucketEncryption.self, DeleteBucketOwnershipControls.self, DeleteBucketPolicy.self, DeleteBucketTagging.self,
        DeletePublicAccessBlock.self, GetBucketAccelerateConfiguration.self, GetBucketAcl.self, GetBucketCors.self,
        GetBucketEncryption.self, GetBucketLifecycleConfiguration.self, GetBucketLogging.self, GetBucketNotificationConfiguration.self,
        GetBucketOwnershipControls.self, GetBucketPolicy.self, GetBucketPolicyStatus.self, GetBucketReplication.self,
        GetBucketRequestPayment.self, GetBucketTagging.self, GetBucketVersioning.self, GetBucketWebsite.self,
        GetObjectLockConfiguration.self, GetPublicAccessBlock.self, PutBucketAcl.self, PutBucketEncryption.self,
        PutBucketOwnershipControls.self, PutBucketPolicy.self, PutBucketTagging.self, PutBucketVersioning.self,
        PutPublicAccessBlock.self,
    ]
    static let objects: [any Action<S3Request>.Type] = [
        CopyObject.self, DeleteObject.self, DeleteObjectTagging.self, DeleteObjects.self, GetObject.self, GetObjectAcl.self,
        GetObjectAttributes.self, GetObjectTagging.self, HeadObject.self, PutObject.self, PutObjectAcl.self, PutObjectTagging.self,
    ]
    static let multipart: [any Action<S3Request>.Type] = [
        AbortMultipartUpload.self, CompleteMultipartUpload.self, CreateMultipartUpload.self, ListMultipartUploads.self, ListParts.self,
        UploadPart.self, UploadPartCopy.self,
    ]
}
