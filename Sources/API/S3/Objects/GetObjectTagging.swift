import Domain
import HTTPTypes
import Services
import Wire

struct GetObjectTagging: S3Action {
    static let permissions = Permission<Self>.onObject("s3:GetObjectTagging", version: "s3:GetObjectVersionTagging")

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let object = try await call.besideObject { try await call.objects.head(call.key, in: call.bucket, version: call.versionID) }
        var reply = Reply.s3("Tagging") { $0.tags(object.attributes.tags.sorted { $0.key < $1.key }.map(Tag.init)) }
        if object.version != StoredObject.nullVersion { reply.headers[.versionID] = object.version }
        return reply
    }
}
