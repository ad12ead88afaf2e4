import Domain
import HTTPTypes
import Services
import Wire

struct CreateMultipartUpload: S3Action {
    static let movesData = true
    static let permissions = [
        Permission<Self>.onObject("s3:PutObject"),
        Permission<Self>.onObject("s3:PutObjectAcl", ifSent: "x-amz-acl"),
        Permission<Self>.onObject("s3:PutObjectTagging", ifSent: "x-amz-tagging"),
    ]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let algorithm = try call.checksumAlgorithm()
        let type = try call.header("x-amz-checksum-type").map { name in
            guard let algorithm, let type = ChecksumType(rawValue: name), type.isAllowed(for: algorithm) else {
                throw S3Error(
                    .invalidRequest,
                    "The \(name.prefix(32)) checksum type cannot be used with the checksum algorithm of the request"
                )
            }
            return type
        }
        let chosen = algorithm.map { type ?? .standard(for: $0) }
        let upload = try await call.objects.createUpload(
            try await call.objectPut(),
            checksumAlgorithm: algorithm?.rawValue,
            checksumType: chosen?.rawValue
        )
        var reply = Reply.s3("InitiateMultipartUploadResult") { xml in
            xml.element("Bucket", call.bucket)
            xml.element("Key", call.key)
            xml.element("UploadId", upload.id)
        }
        reply.setEncryption(upload.encryption)
        if let algorithm {
            reply.headers[.checksumAlgorithm] = algorithm.rawValue
            reply.headers[.checksumType] = chosen?.rawValue
        }
        return reply
    }
}
