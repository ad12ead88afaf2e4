import Domain
import HTTPTypes
import Services
import Wire

struct GetBucketAcl: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketAcl")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let value = try await call.buckets.setting(.acl, of: call.bucket)
        return .acl(value.map { String(decoding: $0, as: UTF8.self) }, of: call.account)
    }
}
