import Domain
import Foundation

/// Multipart uploads that are over, as long as they are remembered.
package struct EndedUploadTable {
    /// How many are forgotten at most when one is added: more than one, so that a crowd goes by and by.
    private static let batch = 16

    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func upload(_ id: String) throws -> EndedUpload? {
        try transaction.firstRow("SELECT * FROM ended_uploads WHERE id = ?", [.text(id)]).map(EndedUpload.init)
    }

    package func count() throws -> Int {
        Int(try transaction.firstRow("SELECT COUNT(*) AS count FROM ended_uploads")?.integer("count") ?? 0)
    }

    /// Adds an upload, and forgets some of those that have been remembered long enough.
    package func insert(_ upload: EndedUpload) throws {
        try transaction.execute("DELETE FROM ended_uploads WHERE id = ?", [.text(upload.id)])
        var completion: EndedUpload.Completion?
        var parts: [UInt8]?
        if case .completed(let made, let list) = upload.ending { (completion, parts) = (made, list) }
        let row = try transaction.firstRow(
            """
            INSERT INTO ended_uploads (id, bucket, key, ended_at, parts, version, etag, checksum, domain, kms_key, has_bucket_key)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
            """,
            [
                .text(upload.id), .text(upload.bucket), .bytes(upload.key.bytes), .date(upload.endedAt), .bytes(parts),
                .text(completion?.version), .text(completion?.etag), .text(completion?.checksum?.column),
            ] + ObjectEncryption.columns(completion?.encryption)
        )
        guard let number = try row?.integer("number") else { throw CorruptRow(column: "number") }
        try transaction.execute(
            """
            DELETE FROM ended_uploads WHERE number IN (
                SELECT number FROM (SELECT number, ended_at FROM ended_uploads ORDER BY number LIMIT ?) AS oldest
                WHERE ended_at < ? OR number <= ?
            )
            """,
            [
                .integer(Self.batch), .date(upload.endedAt.addingTimeInterval(-EndedUpload.lifetime)),
                .integer(number - Int64(EndedUpload.countMax)),
            ]
        )
    }

    package func deleteAll(of bucket: BucketName) throws {
        try transaction.execute("DELETE FROM ended_uploads WHERE bucket = ?", [.text(bucket)])
    }
}

extension EndedUpload {
    fileprivate init(_ row: SQLRow) throws {
        var ending = Ending.aborted
        if let parts = try row.optionalBytes("parts") {
            let completion = Completion(
                version: try row.text("version"),
                etag: try row.text("etag"),
                checksum: try row.optionalText("checksum").map { try ObjectChecksum(column: $0) },
                encryption: try ObjectEncryption(row: row)
            )
            ending = .completed(completion, parts: parts)
        }
        try self.init(
            id: row.text("id"),
            bucket: row.value("bucket"),
            key: row.objectKey("key"),
            endedAt: row.date("ended_at"),
            ending: ending
        )
    }
}
