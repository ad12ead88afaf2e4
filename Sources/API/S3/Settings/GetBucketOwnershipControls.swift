import Domain
import Wire

struct GetBucketOwnershipControls: BucketSettingRead {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketOwnershipControls")]
    static let setting = BucketSetting.ownership
    static let missing = S3ErrorCode.ownershipControlsNotFound

    let request: S3Request
}
