import Domain
import HTTPTypes
import Services
import Wire

struct ListObjectVersions: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:ListBucketVersions")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let marker = call.query.text("version-id-marker")
        let listing = ObjectListing(
            prefix: call.query["prefix"] ?? "",
            delimiter: call.query.text("delimiter"),
            after: call.query.text("key-marker"),
            limit: try call.query.count("max-keys") ?? S3Limits.keysPerCallMax
        )
        let isEncoded = try call.query.encodesKeys()
        let text = { (key: String) in isEncoded ? S3KeyEncoding.encode(key) : key }
        guard marker == nil || listing.after != nil else {
            throw S3Error.invalidArgument(
                "version-id-marker",
                marker ?? "",
                "A version-id marker cannot be specified without a key marker."
            )
        }
        let page = try await call.objects.listVersions(listing, behindVersion: marker, in: call.bucket)
        return .s3("ListVersionsResult", listsKeys: true) { xml in
            xml.element("Name", call.bucket)
            xml.element("Prefix", text(listing.prefix))
            xml.element("Delimiter", listing.delimiter.map(text))
            if isEncoded { xml.element("EncodingType", "url") }
            xml.element("KeyMarker", text(call.query["key-marker"] ?? ""))
            xml.element("VersionIdMarker", marker ?? "")
            xml.element("MaxKeys", listing.limit)
            xml.element("IsTruncated", page.end != nil)
            xml.element("NextKeyMarker", page.end.map(text))
            if let end = page.end, let last = page.elements.last, last.key.text == end { xml.element("NextVersionIdMarker", last.version) }
            for row in page.elements {
                xml.element(row.isMarker ? "DeleteMarker" : "Version") { xml in
                    xml.element("Key", text(row.key.text))
                    xml.element("VersionId", row.version)
                    xml.element("IsLatest", row.isLatest)
                    xml.time("LastModified", row.modifiedAt)
                    if !row.isMarker {
                        xml.element("ETag", "\"\(row.etag)\"")
                        xml.element("ChecksumAlgorithm", row.checksum?.algorithm)
                        xml.element("ChecksumType", row.checksum?.type)
                        xml.element("Size", row.bytes)
                        xml.element("StorageClass", "STANDARD")
                    }
                    xml.owner("Owner", call.owner)
                }
            }
            xml.commonPrefixes(page.prefixes.map(text))
        }
    }
}
