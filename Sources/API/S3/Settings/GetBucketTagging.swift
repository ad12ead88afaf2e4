import Domain
import Wire

struct GetBucketTagging: BucketSettingRead {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketTagging")]
    static let setting = BucketSetting.tagging
    static let missing = S3ErrorCode.noSuchTagSet

    let request: S3Request
}
