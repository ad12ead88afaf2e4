import Domain
import HTTPTypes
import Services
import Wire

struct PutPublicAccessBlock: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketPublicAccessBlock")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let block = try PublicAccessBlockConfiguration(parsing: try await call.document())
        try await call.buckets.set(.publicAccessBlock, of: call.bucket, to: block.document)
        return .empty(.ok)
    }
}
