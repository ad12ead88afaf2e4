import Domain
import HTTPTypes
import Services
import Wire

struct PutBucketAcl: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketAcl")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let acl = try await call.cannedACL()
        try await call.buckets.set(.acl, of: call.bucket, to: Array(acl.rawValue.utf8))
        return .empty(.ok)
    }
}
