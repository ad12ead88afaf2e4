import Domain

struct DeletePublicAccessBlock: BucketSettingDeletion {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketPublicAccessBlock")]
    static let setting = BucketSetting.publicAccessBlock

    let request: S3Request
}
