import Domain
import Foundation
import HTTPTypes
import Services
import Wire

extension S3Service {
    static func createMultipartUpload(_ call: S3Call) async throws -> Reply {
        let algorithm = try call.header("x-amz-checksum-algorithm").map { name in
            guard let algorithm = ChecksumAlgorithm(name: name) else {
                throw S3Error(.invalidRequest, "Checksum algorithm provided is unsupported. Please try again with any of the valid types")
            }
            return algorithm
        }
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
        try await call.objects.abort(try await upload(of: call))
        return .empty(.noContent)
    }

    static func upload(of call: S3Call) async throws -> MultipartUpload {
        try await call.objects.upload(call.query["uploadId"] ?? "", of: call.key, in: call.bucket)
    }

    static func listParts(_ call: S3Call) async throws -> Reply {
        let upload = try await upload(of: call)
        let limit = try call.query.count("max-parts") ?? 1000
        let marker = Int(call.query["part-number-marker"] ?? "0") ?? 0
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
                    xml.element("LastModified", part.modifiedAt)
                    xml.element("ETag", EntityTag(md5: part.md5).quoted)
                    xml.element("Size", part.segment.bytes)
                    if let value = part.checksumValue(of: upload) { xml.element(value.algorithm.elementName, value.text) }
                }
            }
        }
    }

    static func listMultipartUploads(_ call: S3Call) async throws -> Reply {
        guard (call.query["delimiter"] ?? "").isEmpty else {
            throw S3Error(.notImplemented, "A delimiter in a list of multipart uploads is not implemented")
        }
        let limit = try call.query.count("max-uploads") ?? 1000
        let (prefix, marker) = (call.query["prefix"] ?? "", call.query["key-marker"] ?? "")
        // A key marker without an upload stands behind all uploads of its key.
        let idMarker = call.query["upload-id-marker"] ?? (marker.isEmpty ? "" : "~")
        let found = try await call.objects.uploads(in: call.bucket, prefix: prefix, after: marker, id: idMarker, limit: limit + 1)
        let shown = found.prefix(limit)
        let isEncoded = try call.query.encodesKeys()
        let text = { (key: String) in isEncoded ? S3KeyEncoding.encode(key) : key }
        return .s3("ListMultipartUploadsResult") { xml in
            xml.element("Bucket", call.bucket)
            xml.element("KeyMarker", text(marker))
            xml.element("UploadIdMarker", call.query["upload-id-marker"] ?? "")
            xml.element("Prefix", text(prefix))
            if isEncoded { xml.element("EncodingType", "url") }
            xml.element("MaxUploads", limit)
            xml.element("IsTruncated", found.count > limit)
            if found.count > limit, let last = shown.last {
                xml.element("NextKeyMarker", text(last.key.text))
                xml.element("NextUploadIdMarker", last.id)
            }
            for upload in shown {
                xml.element("Upload") { xml in
                    xml.element("Key", text(upload.key.text))
                    xml.element("UploadId", upload.id)
                    xml.owner("Initiator", call.call.account)
                    xml.owner("Owner", call.call.account)
                    xml.element("StorageClass", "STANDARD")
                    xml.element("Initiated", upload.createdAt)
                    xml.element("ChecksumAlgorithm", upload.checksumAlgorithm)
                    xml.element("ChecksumType", upload.checksumType)
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
}
