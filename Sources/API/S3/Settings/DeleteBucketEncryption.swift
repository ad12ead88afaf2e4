import Domain
import HTTPTypes
import Services
import Wire

struct DeleteBucketEncryption: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutEncryptionConfiguration")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try await call.buckets.resetEncryption(of: call.bucket)
        return .empty(.noContent)
    }
}
