import Domain
import Wire

struct GetBucketPolicy: BucketSettingRead {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketPolicy")]
    static let setting = BucketSetting.policy
    static let missing = S3ErrorCode.noSuchBucketPolicy

    let request: S3Request
}
