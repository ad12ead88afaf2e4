import Domain
import Wire

struct GetPublicAccessBlock: BucketSettingRead {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketPublicAccessBlock")]
    static let setting = BucketSetting.publicAccessBlock
    static let missing = S3ErrorCode.noSuchPublicAccessBlockConfiguration

    let request: S3Request
}
