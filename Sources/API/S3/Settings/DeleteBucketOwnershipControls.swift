import Domain
import HTTPTypes
import Services

struct DeleteBucketOwnershipControls: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketOwnershipControls")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try await call.buckets.change(call.bucket) { $0.ownership = nil }
        return .empty(.noContent)
    }
}
