import Domain
import Foundation
import Metadata
import Testing

/// Buckets and objects.
extension TableLife {
    static let objects: [TableLife] = [buckets, settings, unbound, rows, segments, multipartUploads, parts, endedUploads]

    private static let bucket = Bucket(name: known("depot"), owner: .alice, createdAt: date())
    private static let versioned = changed(bucket) { $0.versioning = .enabled }

    private static let buckets = TableLife(
        "buckets",
        read: { try BucketTable($0).bucket(bucket.name) },
        [
            .then(bucket) { try BucketTable($0).insert(bucket) },
            .then(versioned) { try BucketTable($0).setVersioning(.enabled, of: bucket.name) },
            .then(nil) { try BucketTable($0).delete(bucket.name) },
        ]
    )

    private static let open = changed(BucketSettings()) { $0.policy = BucketPolicy(checked: "{}") }
    private static let tagged = changed(open) { $0.tags = [Tag(key: "a", value: "b")] }

    private static let settings = TableLife(
        "bucket_settings",
        given: { try BucketTable($0).insert(bucket) },
        read: { try BucketTable($0).settings(of: bucket.name) },
        [
            .then(open) { try BucketTable($0).set(open, of: bucket.name) },
            .then(tagged) { try BucketTable($0).set(tagged, of: bucket.name) },
            .then(BucketSettings()) { try BucketTable($0).delete(bucket.name) },
        ]
    )

    private static let unbound = TableLife(
        "unbound_buckets",
        given: { try BucketTable($0).insert(bucket) },
        read: { try BucketTable($0).unbound(limit: 9) },
        [
            .then([bucket.name]) { try BucketTable($0).set(open, of: bucket.name) },
            .then([]) { try BucketTable($0).setBound(bucket.name) },
        ]
    )

    private static let key = ObjectKey("a key")
    private static let attributes = ObjectAttributes(metadata: ["a": "b"])

    private static func object(_ attributes: ObjectAttributes = ObjectAttributes()) throws -> StoredObject {
        StoredObject(
            bucket: bucket.name,
            key: try key.required,
            modifiedAt: date(),
            segments: [.init(root: [1], bytes: 5, checksum: [2]), .init(root: [3], bytes: 7)],
            etag: "e",
            attributes: attributes
        )
    }

    private static func stored(_ transaction: Transaction) throws -> StoredObject? {
        let table = ObjectTable(transaction)
        return try table.latest(key.required, in: bucket.name).map(table.object)
    }

    private static func row(_ transaction: Transaction) throws -> ObjectRow {
        try ObjectTable(transaction).latest(key.required, in: bucket.name).required
    }

    private static let rows = TableLife(
        "objects",
        given: { try BucketTable($0).insert(bucket) },
        read: stored,
        [
            .then(try? object()) { try ObjectTable($0).insert(object()) },
            .then(try? object(attributes)) { try ObjectTable($0).setAttributes(attributes, of: row($0)) },
            .then(nil) { try ObjectTable($0).remove(row($0)) },
        ]
    )

    private static let segments = TableLife(
        "segments",
        given: { try BucketTable($0).insert(bucket) },
        read: { try stored($0)?.segments },
        [
            .then(try? object().segments) { try ObjectTable($0).insert(object()) },
            .then(nil) { try ObjectTable($0).remove(row($0)) },
        ]
    )

    private static func upload() throws -> MultipartUpload {
        MultipartUpload(
            id: "u",
            bucket: bucket.name,
            key: try key.required,
            createdAt: date(),
            attributes: attributes,
            checksumAlgorithm: "CRC32",
            checksumType: "COMPOSITE",
            initiator: "arn"
        )
    }

    private static let multipartUploads = TableLife(
        "multipart_uploads",
        given: { try BucketTable($0).insert(bucket) },
        read: { [try MultipartTable($0).upload("u") == upload(), try MultipartTable($0).isContested("u")] },
        [
            .then([true, false]) { try MultipartTable($0).insert(upload()) },
            // Somebody else has put the object meanwhile.
            .then([true, true]) { try ObjectTable($0).insert(object()) },
            .then([false, false]) { try MultipartTable($0).delete("u") },
        ]
    )

    private static func part(_ root: UInt8) -> MultipartUpload.Part {
        MultipartUpload.Part(number: 7, segment: .init(root: [root], bytes: 5), md5: [8], checksum: [9], modifiedAt: date())
    }

    private static let parts = TableLife(
        "multipart_parts",
        given: {
            try BucketTable($0).insert(bucket)
            try MultipartTable($0).insert(upload())
        },
        read: { try MultipartTable($0).parts(of: "u", limit: 9) },
        [
            .then([part(1)]) { _ = try MultipartTable($0).put(part(1), of: "u") },
            .then([part(2)]) { _ = try MultipartTable($0).put(part(2), of: "u") },
            .then([]) { try MultipartTable($0).delete("u") },
        ]
    )

    private static func ended(_ ending: EndedUpload.Ending) throws -> EndedUpload {
        EndedUpload(id: "u", bucket: bucket.name, key: try key.required, endedAt: date(), ending: ending)
    }
    private static let completed = EndedUpload.Ending.completed(.init(version: "v", etag: "e", checksum: nil, encryption: nil), parts: [1])

    private static let endedUploads = TableLife(
        "ended_uploads",
        read: { try EndedUploadTable($0).upload("u") },
        [
            .then(try? ended(.aborted)) { try EndedUploadTable($0).insert(ended(.aborted)) },
            .then(try? ended(completed)) { try EndedUploadTable($0).insert(ended(completed)) },
            .then(nil) { try EndedUploadTable($0).deleteAll(of: bucket.name) },
        ]
    )
}

extension Optional {
    /// What a test knows to be there.
    fileprivate var required: Wrapped { get throws { try #require(self) } }
}
