import Domain
import HTTPTypes
import Services
import Wire

struct PutBucketOwnershipControls: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketOwnershipControls")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        _ = try OwnershipControls(parsing: document)
        try OwnershipControls.requireOwned(acl: try await call.buckets.setting(.acl, of: call.bucket), under: document)
        try await call.buckets.set(.ownership, of: call.bucket, to: document)
        return .empty(.ok)
    }
}
