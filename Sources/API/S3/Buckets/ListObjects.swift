import Domain
import HTTPTypes
import Services
import Wire

/// The first version of the listing of a bucket.
struct ListObjects: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:ListBucket")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply { try await call.listObjects(isSecond: false) }
}

/// The second version of the listing of a bucket.
struct ListObjectsV2: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:ListBucket")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply { try await call.listObjects(isSecond: true) }
}

extension S3Call {
    fileprivate func listObjects(isSecond: Bool) async throws -> Reply {
        let token = isSecond ? query["continuation-token"] : nil
        let after = isSecond ? try token.map(ContinuationToken.opened) ?? query["start-after"] : query["marker"]
        let listing = ObjectListing(
            prefix: query["prefix"] ?? "",
            delimiter: query.text("delimiter"),
            after: after.flatMap { $0.isEmpty ? nil : $0 },
            limit: try query.count("max-keys") ?? S3Limits.keysPerCallMax
        )
        let isEncoded = try query.encodesKeys()
        let text = { (key: String) in isEncoded ? S3KeyEncoding.encode(key) : key }
        let page = try await objects.list(listing, in: bucket)
        let showsOwner = !isSecond || query["fetch-owner"] == "true"
        return .s3("ListBucketResult", listsKeys: true) { xml in
            xml.element("Name", bucket)
            xml.element("Prefix", text(listing.prefix))
            xml.element("Delimiter", listing.delimiter.map(text))
            if isEncoded { xml.element("EncodingType", "url") }
            xml.element("MaxKeys", listing.limit)
            xml.element("IsTruncated", page.end != nil)
            if isSecond {
                xml.element("KeyCount", page.count)
                xml.element("ContinuationToken", token)
                xml.element("NextContinuationToken", page.end.map(ContinuationToken.sealed))
                if token == nil { xml.element("StartAfter", query["start-after"].map(text)) }
            } else {
                xml.element("Marker", text(query["marker"] ?? ""))
                // Without a delimiter the last key is the marker.
                if listing.delimiter != nil { xml.element("NextMarker", page.end.map(text)) }
            }
            for row in page.elements {
                xml.element("Contents") { xml in
                    xml.element("Key", text(row.key.text))
                    xml.time("LastModified", row.modifiedAt)
                    xml.element("ETag", "\"\(row.etag)\"")
                    xml.element("ChecksumAlgorithm", row.checksum?.algorithm)
                    xml.element("ChecksumType", row.checksum?.type)
                    xml.element("Size", row.bytes)
                    xml.element("StorageClass", "STANDARD")
                    if showsOwner { xml.owner("Owner", owner) }
                }
            }
            xml.commonPrefixes(page.prefixes.map(text))
        }
    }
}
