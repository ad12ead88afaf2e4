import Domain
import Services
import Wire

struct GetBucketAcl: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketAcl")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        .acl(try await call.settings().acl, of: call.owner)
    }
}
