import Domain
import HTTPTypes
import Services
import Wire

/// Also of a bucket that was made in part.
struct DeleteBucket: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:DeleteBucket")]
    static let needsBucket = false

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try await call.buckets.delete(call.bucket)
        return .empty(.noContent)
    }
}
