import Domain
import Foundation

/// Objects that come in parts.
package struct MultipartTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func upload(_ id: String) throws -> MultipartUpload? {
        try transaction.firstRow("SELECT * FROM multipart_uploads WHERE id = ?", [.text(id)]).map(MultipartUpload.init)
    }

    /// Those whose id begins with hexadecimal digits.
    package func uploads(withIDsFrom prefix: String) throws -> [MultipartUpload] {
        let sql = "SELECT * FROM multipart_uploads WHERE id >= ? AND id < ? ORDER BY id"
        return try transaction.rows(sql, [.text(prefix), .text(prefix + "g")]).map(MultipartUpload.init)
    }

    /// Behind a key and an upload of it, ascending; all of the key when the id is empty.
    package func uploads(in bucket: BucketName, after key: [UInt8], id: String, before end: [UInt8]?, limit: Int) throws
        -> [MultipartUpload]
    {
        let bound = end == nil ? "" : "AND key < ?"
        let sql = "SELECT * FROM multipart_uploads WHERE bucket = ? AND (key, id) > (?, ?) \(bound) ORDER BY key, id LIMIT ?"
        let values: [SQLValue] = [.text(bucket), .bytes(key), .text(id)] + (end.map { [.bytes($0)] } ?? []) + [.integer(limit)]
        return try transaction.rows(sql, values).map(MultipartUpload.init)
    }

    package func hasAny(in bucket: BucketName) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM multipart_uploads WHERE bucket = ? LIMIT 1", [.text(bucket)]) != nil
    }

    package func insert(_ upload: MultipartUpload) throws {
        try transaction.execute(
            """
            INSERT INTO multipart_uploads (id, bucket, key, created_at, attributes, checksum_algorithm, checksum_type, domain, kms_key,
                has_bucket_key)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(upload.id), .text(upload.bucket), .bytes(upload.key.bytes), .date(upload.createdAt),
                .bytes(try JSONColumn.encode(UploadAttributes(upload))), .text(upload.checksumAlgorithm), .text(upload.checksumType),
            ] + ObjectEncryption.columns(upload.encryption)
        )
    }

    /// Parts behind a number, ascending.
    package func parts(of id: String, after number: Int = 0, limit: Int) throws -> [MultipartUpload.Part] {
        let sql = "SELECT * FROM multipart_parts WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?"
        return try transaction.rows(sql, [.text(id), .integer(number), .integer(limit)]).map { row in
            MultipartUpload.Part(
                number: Int(try row.integer("number")),
                segment: .init(root: try row.bytes("root"), bytes: try row.integer("bytes")),
                md5: try row.bytes("md5"),
                checksum: try row.optionalBytes("checksum"),
                modifiedAt: try row.date("modified_at")
            )
        }
    }

    /// Records a part. Returns the root of the one that it replaces.
    package func put(_ part: MultipartUpload.Part, of id: String) throws -> [UInt8]? {
        let old = try transaction.firstRow(
            "SELECT root FROM multipart_parts WHERE upload_id = ? AND number = ?",
            [.text(id), .integer(part.number)]
        )?.bytes("root")
        try transaction.execute(
            """
            INSERT INTO multipart_parts (upload_id, number, root, bytes, md5, checksum, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (upload_id, number) DO UPDATE SET root = excluded.root, bytes = excluded.bytes, md5 = excluded.md5,
                checksum = excluded.checksum, modified_at = excluded.modified_at
            """,
            [
                .text(id), .integer(part.number), .bytes(part.segment.root), .integer(part.segment.bytes), .bytes(part.md5),
                .bytes(part.checksum), .date(part.modifiedAt),
            ]
        )
        return old == part.segment.root ? nil : old
    }

    /// Notes of all uploads of a key that the object there has changed since they began.
    func contest(_ key: ObjectKey, in bucket: BucketName) throws {
        try transaction.execute(
            "UPDATE multipart_uploads SET is_contested = 1 WHERE bucket = ? AND key = ?",
            [.text(bucket), .bytes(key.bytes)]
        )
    }

    /// Whether the object under the key of an upload has changed since the upload began.
    package func isContested(_ id: String) throws -> Bool {
        try transaction.firstRow("SELECT is_contested FROM multipart_uploads WHERE id = ?", [.text(id)])?.flag("is_contested") ?? false
    }

    package func delete(_ id: String) throws {
        try transaction.execute("DELETE FROM multipart_parts WHERE upload_id = ?", [.text(id)])
        try transaction.execute("DELETE FROM multipart_uploads WHERE id = ?", [.text(id)])
    }
}

extension MultipartUpload {
    fileprivate init(_ row: SQLRow) throws {
        let column: UploadAttributes = try JSONColumn.decode(row.bytes("attributes"))
        try self.init(
            id: row.text("id"),
            bucket: row.value("bucket"),
            key: row.objectKey("key"),
            createdAt: row.date("created_at"),
            attributes: column.attributes,
            checksumAlgorithm: row.optionalText("checksum_algorithm"),
            checksumType: row.optionalText("checksum_type"),
            encryption: ObjectEncryption(row: row),
            initiator: column.initiator
        )
    }
}

/// What the object will have, and beside it what the upload alone has.
private struct UploadAttributes: Codable {
    private enum CodingKeys: CodingKey { case initiator }

    let attributes: ObjectAttributes
    let initiator: String?

    init(_ upload: MultipartUpload) { (attributes, initiator) = (upload.attributes, upload.initiator) }

    init(from decoder: any Decoder) throws {
        attributes = try ObjectAttributes(from: decoder)
        initiator = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .initiator)
    }

    func encode(to encoder: any Encoder) throws {
        try attributes.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(initiator, forKey: .initiator)
    }
}
