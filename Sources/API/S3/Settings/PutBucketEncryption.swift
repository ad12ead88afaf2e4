import Domain
import HTTPTypes
import Services
import Wire

struct PutBucketEncryption: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutEncryptionConfiguration")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let encryption = try BucketEncryption(ServerSideEncryptionConfiguration(parsing: try await call.document()))
        try await call.buckets.change(call.bucket) { $0.encryption = encryption }
        return .empty(.ok)
    }
}
