import Domain
import Services
import Wire

struct GetBucketEncryption: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetEncryptionConfiguration")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        guard let encryption = try await call.settings().encryption else { throw S3Error(.serverSideEncryptionConfigurationNotFound) }
        return .s3("ServerSideEncryptionConfiguration") { xml in
            xml.element("Rule") { xml in
                xml.element("ApplyServerSideEncryptionByDefault") { xml in
                    switch encryption.request {
                    case .s3: xml.element("SSEAlgorithm", "AES256")
                    case .kms(let key, _):
                        xml.element("SSEAlgorithm", "aws:kms")
                        xml.element("KMSMasterKeyID", key)
                    }
                }
                xml.element("BucketKeyEnabled", encryption.isBucketKeyEnabled)
                if let types = encryption.blockedTypes { xml.list("BlockedEncryptionTypes", types, item: "EncryptionType") }
            }
        }
    }
}
