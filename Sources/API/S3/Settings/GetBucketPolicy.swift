import Domain
import Services
import Wire

struct GetBucketPolicy: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketPolicy")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try call.requireOwnAccount()
        guard let policy = try await call.buckets.policy(of: call.bucket) else { throw S3Error(.noSuchBucketPolicy) }
        return .json(Array(policy.utf8))
    }
}
