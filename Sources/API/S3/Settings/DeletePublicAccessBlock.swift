import Domain
import HTTPTypes
import Services

struct DeletePublicAccessBlock: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketPublicAccessBlock")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try await call.buckets.change(call.bucket) { $0.publicAccess = nil }
        return .empty(.noContent)
    }
}
