import Domain
import HTTPTypes
import Services
import Wire

struct DeleteObjectTagging: S3Action {
    static let permissions = Permission<Self>.onObject("s3:DeleteObjectTagging", version: "s3:DeleteObjectVersionTagging")

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        try await call.setTags([:], status: .noContent)
    }
}
