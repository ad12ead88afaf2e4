import Domain
import Wire

/// `DiskContainer`: where a disk is.
struct DiskContainer: QueryStructure {
    let description: String?
    let deviceName: String?
    let snapshotID: SnapshotID?
    let source: ImportSource?

    init(from query: QueryReader) throws(RequestError) {
        description = try query["Description"]
        deviceName = try query["DeviceName"]
        let format: String? = try query["Format"]
        if let url: String = try query["Url"] {
            guard let source = ImportSource(url: url, format: format) else {
                throw .invalid("Url", url, "Expected s3://bucket/key or the https:// address of an object in S3")
            }
            self.source = source
            guard !query.contains("UserBucket") else { throw .invalid("Url", url, "Url and UserBucket cannot be given together") }
        } else if let bucket: UserBucket = try query["UserBucket"] {
            source = ImportSource(bucket: bucket.bucket, key: bucket.key, format: format)
        } else {
            source = nil
        }
        if let text: String = try query["SnapshotId"] {
            guard let id = SnapshotID(rawValue: text) else { throw .invalid("SnapshotId", text, "Expected snap-…") }
            snapshotID = id
        } else {
            snapshotID = nil
        }
    }
}

private struct UserBucket: QueryStructure {
    let bucket: String
    let key: String

    init(from query: QueryReader) throws(RequestError) {
        bucket = try query["S3Bucket"]
        key = try query["S3Key"]
    }
}

extension QueryReader {
    /// `ClientData` tells of the client's upload; nothing is done with it.
    func passOverClientData() throws(RequestError) {
        let _: ClientData? = try self["ClientData"]
    }
}

private struct ClientData: QueryStructure {
    init(from query: QueryReader) throws(RequestError) {
        for name in ["Comment", "UploadEnd", "UploadSize", "UploadStart"] { let _: String? = try query[name] }
    }
}

extension ImportSource: XMLEncodable {
    package func write(to xml: inout XMLWriter) {
        xml.element("url", url)
        guard url == nil else { return }
        xml.element("userBucket") { xml in
            xml.element("s3Bucket", bucket)
            xml.element("s3Key", key)
        }
    }
}
