import Wire

/// What Ferry does not have, and so no bucket: asking for it is answered as of a bucket where it is not set.
protocol AbsentSetting: S3Action {
    static var missing: S3ErrorCode { get }
}

extension AbsentSetting {
    func run(_: S3Call) throws -> Reply { throw S3Error(Self.missing) }
}

/// What Ferry does not have, where S3 says so by an empty document.
protocol EmptySetting: S3Action {
    static var root: String { get }
}

extension EmptySetting {
    func run(_: S3Call) -> Reply { .s3(Self.root) { _ in } }
}

struct GetBucketLifecycleConfiguration: AbsentSetting {
    static let permissions = [Permission<Self>.onBucket("s3:GetLifecycleConfiguration")]
    static let missing = S3ErrorCode.noSuchLifecycleConfiguration

    let request: S3Request
}

struct GetBucketCors: AbsentSetting {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketCORS")]
    static let missing = S3ErrorCode.noSuchCORSConfiguration

    let request: S3Request
}

struct GetBucketWebsite: AbsentSetting {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketWebsite")]
    static let missing = S3ErrorCode.noSuchWebsiteConfiguration

    let request: S3Request
}

struct GetBucketReplication: AbsentSetting {
    static let permissions = [Permission<Self>.onBucket("s3:GetReplicationConfiguration")]
    static let missing = S3ErrorCode.replicationConfigurationNotFound

    let request: S3Request
}

struct GetObjectLockConfiguration: AbsentSetting {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketObjectLockConfiguration")]
    static let missing = S3ErrorCode.objectLockConfigurationNotFound

    let request: S3Request
}

struct GetBucketLogging: EmptySetting {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketLogging")]
    static let root = "BucketLoggingStatus"

    let request: S3Request
}

struct GetBucketNotificationConfiguration: EmptySetting {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketNotification")]
    static let root = "NotificationConfiguration"

    let request: S3Request
}

struct GetBucketAccelerateConfiguration: EmptySetting {
    static let permissions = [Permission<Self>.onBucket("s3:GetAccelerateConfiguration")]
    static let root = "AccelerateConfiguration"

    let request: S3Request
}

struct GetBucketRequestPayment: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketRequestPayment")]

    let request: S3Request

    func run(_: S3Call) -> Reply { .s3("RequestPaymentConfiguration") { $0.element("Payer", "BucketOwner") } }
}
