import Domain
import Foundation
import HTTPTypes
import Metadata
import Services
import Wire

extension S3Service {
    /// Both versions of the listing of a bucket.
    static func listObjects(_ call: S3Call) async throws -> Reply {
        let isSecond = call.operation == .listObjectsV2
        let token = isSecond ? call.query["continuation-token"] : nil
        let after = isSecond ? try token.map(ContinuationToken.opened) ?? call.query["start-after"] : call.query["marker"]
        let listing = ObjectListing(
            prefix: call.query["prefix"] ?? "",
            delimiter: call.query.text("delimiter"),
            after: after.flatMap { $0.isEmpty ? nil : $0 },
            limit: try call.query.count("max-keys") ?? S3Limits.keysPerCallMax
        )
        let isEncoded = try call.query.encodesKeys()
        let text = { (key: String) in isEncoded ? S3KeyEncoding.encode(key) : key }
        let page = try await call.objects.list(listing, in: call.bucket)
        let showsOwner = !isSecond || call.query["fetch-owner"] == "true"
        return .s3("ListBucketResult", listsKeys: true) { xml in
            xml.element("Name", call.bucket)
            xml.element("Prefix", text(listing.prefix))
            xml.element("Delimiter", listing.delimiter.map(text))
            if isEncoded { xml.element("EncodingType", "url") }
            xml.element("MaxKeys", listing.limit)
            xml.element("IsTruncated", page.end != nil)
            if isSecond {
                xml.element("KeyCount", page.count)
                xml.element("ContinuationToken", token)
                xml.element("NextContinuationToken", page.end.map(ContinuationToken.sealed))
                if token == nil { xml.element("StartAfter", call.query["start-after"].map(text)) }
            } else {
                xml.element("Marker", text(call.query["marker"] ?? ""))
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
                    if showsOwner { xml.owner("Owner", call.call.account) }
                }
            }
            xml.commonPrefixes(page.prefixes.map(text))
        }
    }

    static func listObjectVersions(_ call: S3Call) async throws -> Reply {
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
                    xml.owner("Owner", call.call.account)
                }
            }
            xml.commonPrefixes(page.prefixes.map(text))
        }
    }
}

/// The place of a page behind a key or a name, opaque, so that nobody takes it for one.
enum ContinuationToken {
    static func sealed(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static func opened(_ token: String) throws -> String {
        // No page ends with an empty text.
        guard !token.isEmpty, let data = Data(base64Encoded: token), let text = String(data: data, encoding: .utf8) else {
            throw S3Error.invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
        }
        return text
    }
}

extension XMLWriter {
    /// In whole seconds, which is all that `Last-Modified` can tell: what compares the two finds them equal.
    mutating func time(_ name: String, _ time: Date) {
        element(name, Date(timeIntervalSince1970: time.timeIntervalSince1970.rounded(.down)))
    }

    mutating func commonPrefixes(_ prefixes: [String]) {
        for prefix in prefixes { element("CommonPrefixes") { $0.element("Prefix", prefix) } }
    }
}
