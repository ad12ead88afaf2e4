import Domain
import HTTPTypes
import Services
import Wire

struct ListMultipartUploads: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:ListBucketMultipartUploads")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let marker = call.query["key-marker"] ?? ""
        let idMarker = call.query["upload-id-marker"] ?? ""
        let listing = ObjectListing(
            prefix: call.query["prefix"] ?? "",
            delimiter: call.query.text("delimiter"),
            after: call.query.text("key-marker"),
            limit: try call.query.count("max-uploads") ?? S3Limits.keysPerCallMax
        )
        let isEncoded = try call.query.encodesKeys()
        let text = { (key: String) in isEncoded ? S3KeyEncoding.encode(key) : key }
        let page = try await call.objects.listUploads(listing, behindID: call.query.text("upload-id-marker"), in: call.bucket)
        return .s3("ListMultipartUploadsResult", listsKeys: true) { xml in
            xml.element("Bucket", call.bucket)
            xml.element("KeyMarker", text(marker))
            xml.element("UploadIdMarker", idMarker)
            xml.element("Prefix", text(listing.prefix))
            xml.element("Delimiter", listing.delimiter.map(text))
            if isEncoded { xml.element("EncodingType", "url") }
            xml.element("MaxUploads", listing.limit)
            xml.element("IsTruncated", page.end != nil)
            // Also of the last page. One that ends with a common prefix goes on behind all of it, whatever the uploads there are called.
            let last = page.elements.last.flatMap { $0.key == page.lastEntry.flatMap(ObjectKey.init) ? $0 : nil }
            xml.element("NextKeyMarker", text(page.lastEntry ?? ""))
            xml.element("NextUploadIdMarker", last?.id ?? "")
            for upload in page.elements {
                xml.element("Upload") { xml in
                    xml.element("Key", text(upload.key.text))
                    xml.element("UploadId", upload.id)
                    xml.initiator(of: upload, owner: call.owner)
                    xml.owner("Owner", call.owner)
                    xml.element("StorageClass", "STANDARD")
                    xml.time("Initiated", upload.createdAt)
                    xml.element("ChecksumAlgorithm", upload.checksumAlgorithm)
                    xml.element("ChecksumType", upload.checksumType)
                }
            }
            xml.commonPrefixes(page.prefixes.map(text))
        }
    }
}
