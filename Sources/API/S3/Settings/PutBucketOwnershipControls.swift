import Domain
import HTTPTypes
import Services
import Wire

struct PutBucketOwnershipControls: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketOwnershipControls")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let ownership = try OwnershipControls(parsing: try await call.document()).ownership
        try await call.buckets.change(call.bucket) { try $0.set(ownership) }
        return .empty(.ok)
    }
}
