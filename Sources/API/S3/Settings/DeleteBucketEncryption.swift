import Domain
import HTTPTypes
import Services

/// Takes back what was set: S3's own key is what is left.
struct DeleteBucketEncryption: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutEncryptionConfiguration")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try await call.buckets.change(call.bucket) { $0.encryption = .standard }
        return .empty(.noContent)
    }
}
