import Domain
import Services
import Wire

/// `DiskContainer`: where a disk is.
struct DiskContainer: QueryStructure {
    let description: String?
    let deviceName: String?
    let snapshotID: SnapshotID?
    private let place: Place?
    private let format: String?

    private enum Place {
        case bucket(UserBucket)
        /// With the name of the parameter that has it.
        case url(String, parameter: String)
    }

    init(from query: QueryReader) throws(RequestError) {
        description = try query["Description"]
        deviceName = try query["DeviceName"]
        format = try query["Format"]
        if let url: String = try query["Url"] {
            place = .url(url, parameter: query.value("Url").name)
            guard !query.contains("UserBucket") else { throw .invalid("Url", url, "Url and UserBucket cannot be given together") }
        } else if let bucket: UserBucket = try query["UserBucket"] {
            place = .bucket(bucket)
        } else {
            place = nil
        }
        if let text: String = try query["SnapshotId"] {
            guard let id = SnapshotID(rawValue: text) else { throw .invalid("SnapshotId", text, "Expected snap-…") }
            snapshotID = id
        } else {
            snapshotID = nil
        }
    }

    /// The object that the disk is in; nil when it is in none.
    func source(in call: Call) throws(RequestError) -> ImportSource? {
        switch place {
        case .bucket(let bucket): return ImportSource(bucket: bucket.bucket, key: bucket.key, format: format)
        case .url(let text, let parameter):
            let hosts = S3Service.baseNames(of: call.deployment).union([call.host.prefix { $0 != ":" }.lowercased()])
            guard let url = ObjectURL(text, hosts: hosts) else {
                throw .invalid(parameter, text, "Expected s3://bucket/key, or the https:// address of an object in S3 without a query")
            }
            return ImportSource(bucket: url.bucket, key: url.key, url: text, format: format)
        case nil: return nil
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
