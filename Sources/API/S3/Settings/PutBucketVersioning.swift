import Domain
import HTTPTypes
import Services
import Wire

struct PutBucketVersioning: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketVersioning")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let setting = try VersioningConfiguration(parsing: try await call.document())
        guard let status = setting.status else { throw S3Error(.illegalVersioningConfiguration) }
        try await call.buckets.setVersioning(status == .enabled ? .enabled : .suspended, of: call.bucket)
        return .empty(.ok)
    }
}
