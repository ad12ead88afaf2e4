import Domain
import HTTPTypes
import Services

struct PutBucketPolicy: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketPolicy")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try call.requireOwnAccount()
        let policy = try BucketPolicy(parsing: try await call.document(), for: call.bucket)
        try await call.buckets.set(policy, of: call.bucket)
        return .empty(.noContent)
    }
}
