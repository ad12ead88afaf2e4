import Domain

struct DeleteBucketPolicy: BucketSettingDeletion {
    static let permissions = [Permission<Self>.onBucket("s3:DeleteBucketPolicy")]
    static let setting = BucketSetting.policy

    let request: S3Request
}
