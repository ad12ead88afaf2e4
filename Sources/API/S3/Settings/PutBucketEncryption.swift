import Domain
import HTTPTypes
import Services
import Wire

struct PutBucketEncryption: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutEncryptionConfiguration")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let setting = try ServerSideEncryptionConfiguration(parsing: try await call.document())
        try await call.buckets.setEncryption(setting.document, asking: try S3Encryption.request(of: setting), of: call.bucket)
        return .empty(.ok)
    }
}
