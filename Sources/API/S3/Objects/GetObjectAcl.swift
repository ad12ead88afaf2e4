import Domain
import HTTPTypes
import Services
import Wire

struct GetObjectAcl: S3Action {
    static let permissions = Permission<Self>.onObject("s3:GetObjectAcl", version: "s3:GetObjectVersionAcl")

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let object = try await call.besideObject { try await call.objects.head(call.key, in: call.bucket, version: call.versionID) }
        return .acl(object.attributes.acl, of: call.owner)
    }
}
