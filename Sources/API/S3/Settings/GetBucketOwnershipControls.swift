import Domain
import Services
import Wire

struct GetBucketOwnershipControls: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketOwnershipControls")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        guard let ownership = try await call.settings().ownership else { throw S3Error(.ownershipControlsNotFound) }
        return .s3("OwnershipControls") { xml in xml.element("Rule") { $0.element("ObjectOwnership", ownership.rawValue) } }
    }
}
