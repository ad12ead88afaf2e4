import Domain
import HTTPTypes
import Services
import Wire

struct PutPublicAccessBlock: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketPublicAccessBlock")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let block = PublicAccessBlock(try PublicAccessBlockConfiguration(parsing: try await call.document()))
        try await call.buckets.change(call.bucket) { $0.publicAccess = block }
        return .empty(.ok)
    }
}
