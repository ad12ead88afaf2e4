import Domain
import HTTPTypes
import Services
import Wire

struct PutBucketAcl: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketAcl")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let acl = try await call.cannedACL()
        try await call.buckets.change(call.bucket) { try $0.set(acl) }
        return .empty(.ok)
    }
}
