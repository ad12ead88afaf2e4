import Domain
import Services
import Wire

struct GetPublicAccessBlock: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketPublicAccessBlock")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        guard let publicAccess = try await call.settings().publicAccess else { throw S3Error(.noSuchPublicAccessBlockConfiguration) }
        return .s3("PublicAccessBlockConfiguration") { xml in
            xml.element("BlockPublicAcls", publicAccess.blocksACLs)
            xml.element("IgnorePublicAcls", publicAccess.ignoresACLs)
            xml.element("BlockPublicPolicy", publicAccess.blocksPolicy)
            xml.element("RestrictPublicBuckets", publicAccess.restrictsBuckets)
        }
    }
}
