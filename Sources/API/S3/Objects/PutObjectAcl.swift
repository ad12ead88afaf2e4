import Domain
import HTTPTypes
import Services
import Wire

struct PutObjectAcl: S3Action {
    static let permissions = Permission<Self>.onObject("s3:PutObjectAcl", version: "s3:PutObjectVersionAcl")

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let acl = try await call.cannedACL()
        _ = try await call.besideObject {
            try await call.objects.setACL(acl, of: call.key, in: call.bucket, version: call.versionID)
        }
        return .empty(.ok)
    }
}
