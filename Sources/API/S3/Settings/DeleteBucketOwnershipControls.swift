import Domain

struct DeleteBucketOwnershipControls: BucketSettingDeletion {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketOwnershipControls")]
    static let setting = BucketSetting.ownership

    let request: S3Request
}
