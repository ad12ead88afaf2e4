import Domain
import HTTPTypes
import Services
import Wire

struct ListParts: S3Action {
    static let permissions = [Permission<Self>.onObject("s3:ListMultipartUploadParts")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let upload = try await call.upload()
        let limit = try call.query.count("max-parts") ?? 1000
        let marker = try call.query.number("part-number-marker") ?? 0
        let found = try await call.objects.parts(of: upload, after: marker, limit: limit + 1)
        let shown = found.prefix(limit)
        return .s3("ListPartsResult") { xml in
            xml.element("Bucket", call.bucket)
            xml.element("Key", call.key)
            xml.element("UploadId", upload.id)
            xml.initiator(of: upload, owner: call.owner)
            xml.owner("Owner", call.owner)
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
