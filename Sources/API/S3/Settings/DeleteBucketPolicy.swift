import Domain
import HTTPTypes
import Services

struct DeleteBucketPolicy: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:DeleteBucketPolicy")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try call.requireOwnAccount()
        try await call.buckets.change(call.bucket) { ($0.policy, $0.policyIDs) = (nil, nil) }
        return .empty(.noContent)
    }
}
