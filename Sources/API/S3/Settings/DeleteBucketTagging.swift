import Domain

struct DeleteBucketTagging: BucketSettingDeletion {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketTagging")]
    static let setting = BucketSetting.tagging

    let request: S3Request
}
