import Domain
import HTTPTypes
import Services
import Wire

struct GetBucketVersioning: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketVersioning")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        .s3("VersioningConfiguration") { xml in
            switch request.found?.versioning {
            case nil, .off: break
            case .enabled: xml.element("Status", "Enabled")
            case .suspended: xml.element("Status", "Suspended")
            }
        }
    }
}
