import Domain
import HTTPTypes
import Services

struct DeleteBucketTagging: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketTagging")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try await call.buckets.change(call.bucket) { $0.tags = [] }
        return .empty(.noContent)
    }
}
