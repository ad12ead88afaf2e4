import Domain
import HTTPTypes
import Services
import Wire

/// A policy is a JSON object; what it says is kept and not yet obeyed: only the owner gets in.
struct PutBucketPolicy: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketPolicy")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        try BucketPolicy.check(document, for: call.bucket)
        try await call.requireNotBlocked(policy: document)
        try await call.buckets.set(.policy, of: call.bucket, to: document)
        return .empty(.noContent)
    }
}
