import Domain
import HTTPTypes
import Services
import Wire

struct DeleteObject: S3Action {
    static let permissions = Permission<Self>.onObject("s3:DeleteObject", version: "s3:DeleteObjectVersion") + [.onComparedObject]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let condition = call.header("if-match").map { WriteCondition(deletingIfMatch: EntityTag(text: $0)) }
        let deletion = try await call.objects.delete(call.key, in: call.bucket, version: call.versionID, condition: condition)
        var reply = Reply.empty(.noContent)
        reply.headers[.versionID] = deletion.version
        if deletion.isMarker { reply.headers[.deleteMarker] = "true" }
        return reply
    }
}

extension WriteCondition {
    init(deletingIfMatch tag: EntityTag) { self = tag.value == "*" ? .isPresent : .hasTag(tag.value) }
}
