import Domain
import Wire

struct GetBucketEncryption: BucketSettingRead {
    static let permissions = [Permission<Self>.onBucket("s3:GetEncryptionConfiguration")]
    static let setting = BucketSetting.encryption
    static let missing = S3ErrorCode.serverSideEncryptionConfigurationNotFound

    let request: S3Request
}
