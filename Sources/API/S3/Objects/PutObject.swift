import Domain
import HTTPTypes
import Services
import Wire

struct PutObject: S3Action {
    static let movesData = true
    static let permissions = [
        Permission<Self>.onObject("s3:PutObject"),
        Permission<Self>.onObject("s3:PutObjectAcl", ifSent: "x-amz-acl"),
        Permission<Self>.onObject("s3:PutObjectTagging", ifSent: "x-amz-tagging"),
        .onComparedObject,
    ]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let put = try await call.objectPut()
        var body = try call.body()
        if body.checksumAlgorithm == nil { body.compute(.crc64NVME) }
        let object = try await call.objects.put(put, &body)
        var reply = Reply.empty(.ok)
        reply.headers[.eTag] = "\"\(object.etag)\""
        reply.setWritten(version: object.version, object.encryption)
        reply.setChecksum(of: object)
        return reply
    }
}
