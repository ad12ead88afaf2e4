import Domain
import Foundation
import HTTPTypes
import Services
import Wire

extension S3Service {
    static func createMultipartUpload(_ call: S3Call) async throws -> Reply {
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
            try await objectPut(call),
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

    static func abortMultipartUpload(_ call: S3Call) async throws -> Reply {
        do {
            try await call.objects.abort(try await upload(of: call))
        } catch let fault as Fault where fault.code == .noSuchUpload {
            // Asked again, after the answer was lost.
            guard try await call.objects.hasEnded(call.query["uploadId"] ?? "", of: call.key, in: call.bucket) else { throw fault }
        }
        return .empty(.noContent)
    }

    static func upload(of call: S3Call) async throws -> MultipartUpload {
        try await call.objects.upload(call.query["uploadId"] ?? "", of: call.key, in: call.bucket)
    }

    static func listParts(_ call: S3Call) async throws -> Reply {
        let upload = try await upload(of: call)
        let limit = try call.query.count("max-parts") ?? 1000
        let marker = try call.query.number("part-number-marker") ?? 0
        let found = try await call.objects.parts(of: upload, after: marker, limit: limit + 1)
        let shown = found.prefix(limit)
        return .s3("ListPartsResult") { xml in
            xml.element("Bucket", call.bucket)
            xml.element("Key", call.key)
            xml.element("UploadId", upload.id)
            xml.owner("Initiator", call.call.account)
            xml.owner("Owner", call.call.account)
            xml.element("StorageClass", "STANDARD")
            xml.element("PartNumberMarker", marker)
            xml.element("NextPartNumberMarker", shown.last?.number ?? 0)
            xml.element("MaxParts", limit)
            xml.element("IsTruncated", found.count > limit)
            xml.element("ChecksumAlgorithm", upload.checksumAlgorithm)
            xml.element("ChecksumType", upload.checksumType)
            for part in shown {
                xml.element("Part") { xml in
                    xml.element("PartNumber", part.number)
                    xml.time("LastModified", part.modifiedAt)
                    xml.element("ETag", EntityTag(md5: part.md5).quoted)
                    xml.element("Size", part.segment.bytes)
                    if let value = part.shownChecksum(of: upload) { xml.element(value.algorithm.elementName, value.text) }
                }
            }
        }
    }
}

extension MultipartUpload.Part {
    func checksumValue(of upload: MultipartUpload) -> ChecksumValue? {
        guard let checksum, let algorithm = ChecksumAlgorithm(name: upload.keptAlgorithm) else { return nil }
        return ChecksumValue(algorithm, bytes: checksum)
    }

    /// What clients are told: the checksum that makes up S3's own of the object is nobody's business when no algorithm was asked for.
    func shownChecksum(of upload: MultipartUpload) -> ChecksumValue? {
        upload.checksumAlgorithm == nil ? nil : checksumValue(of: upload)
    }
}
