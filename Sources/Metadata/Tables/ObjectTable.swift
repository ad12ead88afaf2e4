import Domain
import Foundation

/// The objects of a Region's buckets, with their versions.
package struct ObjectTable {
    let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// The latest version of a key, which may be a marker.
    package func latest(_ key: ObjectKey, in bucket: BucketName) throws -> ObjectRow? {
        let sql = "SELECT * FROM objects WHERE bucket = ? AND key = ? AND is_latest = 1"
        return try transaction.firstRow(sql, [.text(bucket), .bytes(key.bytes)]).map(ObjectRow.init)
    }

    package func version(_ version: String, of key: ObjectKey, in bucket: BucketName) throws -> ObjectRow? {
        let sql = "SELECT * FROM objects WHERE bucket = ? AND key = ? AND version = ?"
        return try transaction.firstRow(sql, [.text(bucket), .bytes(key.bytes), .text(version)]).map(ObjectRow.init)
    }

    /// - Parameter version: nil for the latest.
    package func row(_ key: ObjectKey, version: String?, in bucket: BucketName) throws -> ObjectRow? {
        if let version { return try self.version(version, of: key, in: bucket) }
        return try latest(key, in: bucket)
    }

    package func object(_ row: ObjectRow) throws -> StoredObject {
        let sql = "SELECT root, bytes, checksum FROM segments WHERE object = ? ORDER BY position"
        let segments = try transaction.rows(sql, [.integer(row.number)]).map {
            StoredObject.Segment(root: try $0.bytes("root"), bytes: try $0.integer("bytes"), checksum: try $0.optionalBytes("checksum"))
        }
        return StoredObject(
            bucket: row.bucket,
            key: row.key,
            version: row.version,
            isMarker: row.isMarker,
            modifiedAt: row.modifiedAt,
            segments: segments,
            etag: row.etag,
            checksum: row.checksum,
            attributes: try row.attributes,
            encryption: row.encryption
        )
    }

    /// Adds a version, which is the latest from now on. There must be none of the same name.
    package func insert(_ object: StoredObject) throws {
        try MultipartTable(transaction).contest(object.key, in: object.bucket)
        try transaction.execute(
            "UPDATE objects SET is_latest = 0 WHERE bucket = ? AND key = ? AND is_latest = 1",
            [.text(object.bucket), .bytes(object.key.bytes)]
        )
        // Numbers are the database's: what is made later has a higher one.
        let row = try transaction.firstRow(
            """
            INSERT INTO objects (bucket, key, version, is_latest, is_marker, bytes, etag, modified_at, attributes, checksum, domain, kms_key,
                has_bucket_key)
            VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
            """,
            [
                .text(object.bucket), .bytes(object.key.bytes), .text(object.version), .flag(object.isMarker),
                .integer(object.bytes), .text(object.etag), .date(object.modifiedAt), .bytes(try JSONColumn.encode(object.attributes)),
                .text(object.checksum?.column),
            ] + ObjectEncryption.columns(object.encryption)
        )
        guard let number = try row?.integer("number") else { throw CorruptRow(column: "number") }
        for (position, segment) in object.segments.enumerated() {
            try transaction.execute(
                "INSERT INTO segments (object, position, root, bytes, checksum) VALUES (?, ?, ?, ?, ?)",
                [.integer(number), .integer(position), .bytes(segment.root), .integer(segment.bytes), .bytes(segment.checksum)]
            )
        }
    }

    package func setAttributes(_ attributes: ObjectAttributes, of row: ObjectRow) throws {
        try transaction.execute(
            "UPDATE objects SET attributes = ? WHERE number = ?",
            [.bytes(try JSONColumn.encode(attributes)), .integer(row.number)]
        )
    }

    /// Removes a version for good; the one before it is the latest then.
    package func remove(_ row: ObjectRow) throws {
        try transaction.execute("DELETE FROM segments WHERE object = ?", [.integer(row.number)])
        try transaction.execute("DELETE FROM objects WHERE number = ?", [.integer(row.number)])
        guard row.isLatest else { return }
        try MultipartTable(transaction).contest(row.key, in: row.bucket)
        try transaction.execute(
            """
            UPDATE objects SET is_latest = 1
            WHERE number = (SELECT MAX(number) FROM objects WHERE bucket = ? AND key = ?)
            """,
            [.text(row.bucket), .bytes(row.key.bytes)]
        )
    }

    package func hasSegment(_ position: Int64, of object: Int64) throws -> Bool {
        let sql = "SELECT 1 AS found FROM segments WHERE object = ? AND position = ?"
        return try transaction.firstRow(sql, [.integer(object), .integer(position)]) != nil
    }

    package func hasAny(in bucket: BucketName) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM objects WHERE bucket = ? LIMIT 1", [.text(bucket)]) != nil
    }

    /// Latest versions that are no markers, from a key on, ascending.
    package func objects(in bucket: BucketName, from key: [UInt8], before end: [UInt8]?, limit: Int) throws -> [ObjectRow] {
        let bound = end == nil ? "" : "AND key < ?"
        let sql = """
            SELECT * FROM objects WHERE bucket = ? AND key >= ? \(bound) AND is_latest = 1 AND is_marker = 0 ORDER BY key LIMIT ?
            """
        let values: [SQLValue] = [.text(bucket), .bytes(key)] + (end.map { [.bytes($0)] } ?? []) + [.integer(limit)]
        return try transaction.rows(sql, values).map(ObjectRow.init)
    }

    /// All versions from a key on, ascending by key and the newest of a key first. Of the first key only those before `number`.
    package func versions(in bucket: BucketName, from key: [UInt8], below number: Int64?, before end: [UInt8]?, limit: Int) throws
        -> [ObjectRow]
    {
        let bound = end == nil ? "" : "AND key < ?"
        let sql = """
            SELECT * FROM objects WHERE bucket = ? AND key >= ? AND (key > ? OR number < ?) \(bound) ORDER BY key, number DESC LIMIT ?
            """
        var values: [SQLValue] = [.text(bucket), .bytes(key), .bytes(key), .integer(number ?? .max)]
        if let end { values.append(.bytes(end)) }
        return try transaction.rows(sql, values + [.integer(limit)]).map(ObjectRow.init)
    }
}

/// A version without its segments.
package struct ObjectRow: Hashable, Sendable {
    package let number: Int64
    package let bucket: BucketName
    package let key: ObjectKey
    package let version: String
    package let isLatest: Bool
    package let isMarker: Bool
    package let bytes: Int64
    package let etag: String
    package let modifiedAt: Date
    package let checksum: ObjectChecksum?
    package let encryption: ObjectEncryption?
    private let encodedAttributes: [UInt8]

    /// Read when they are asked for: a listing has no need of them.
    package var attributes: ObjectAttributes { get throws { try JSONColumn.decode(encodedAttributes) } }

    init(_ row: SQLRow) throws {
        number = try row.integer("number")
        bucket = try row.value("bucket")
        key = try row.objectKey("key")
        version = try row.text("version")
        isLatest = try row.flag("is_latest")
        isMarker = try row.flag("is_marker")
        bytes = try row.integer("bytes")
        etag = try row.text("etag")
        modifiedAt = try row.date("modified_at")
        checksum = try row.optionalText("checksum").map { try ObjectChecksum(column: $0) }
        encodedAttributes = try row.bytes("attributes")
        encryption = try ObjectEncryption(row: row)
    }
}

extension SQLRow {
    func objectKey(_ column: String) throws -> ObjectKey {
        guard let text = String(validating: try bytes(column), as: UTF8.self), let key = ObjectKey(text) else {
            throw CorruptRow(column: column)
        }
        return key
    }
}

extension ObjectChecksum {
    /// `CRC32 FULL_OBJECT AAAAAA==`.
    var column: String { "\(algorithm) \(type) \(value)" }

    init(column: String) throws {
        let parts = column.split(separator: " ").map(String.init)
        guard parts.count == 3 else { throw CorruptRow(column: "checksum") }
        self.init(algorithm: parts[0], value: parts[2], type: parts[1])
    }
}
