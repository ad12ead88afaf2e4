import Domain
import Services
import Wire

struct GetBucketEncryption: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetEncryptionConfiguration")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        guard let encryption = try await call.settings().encryption else { throw S3Error(.serverSideEncryptionConfigurationNotFound) }
        return .xml(document: encryption.document)
    }
}
