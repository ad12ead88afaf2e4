import Domain
import Foundation

/// The buckets of a Region and what is set of them.
package struct BucketTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func bucket(_ name: BucketName) throws -> Bucket? {
        try transaction.firstRow("SELECT * FROM buckets WHERE name = ?", [.text(name)]).map { row in
            Bucket(
                name: name,
                owner: try row.value("account"),
                createdAt: try row.date("created_at"),
                versioning: try row.value("versioning")
            )
        }
    }

    /// Adds a bucket unless it is there.
    package func insert(_ bucket: Bucket) throws {
        try transaction.execute(
            "INSERT INTO buckets (name, account, created_at, versioning) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
            [.text(bucket.name), .text(bucket.owner), .date(bucket.createdAt), .text(bucket.versioning)]
        )
    }

    package func setVersioning(_ versioning: Bucket.Versioning, of name: BucketName) throws {
        try transaction.execute("UPDATE buckets SET versioning = ? WHERE name = ?", [.text(versioning), .text(name)])
    }

    package func delete(_ name: BucketName) throws {
        try transaction.execute("DELETE FROM bucket_settings WHERE bucket = ?", [.text(name)])
        try transaction.execute("DELETE FROM buckets WHERE name = ?", [.text(name)])
    }

    package func setting(_ setting: BucketSetting, of name: BucketName) throws -> [UInt8]? {
        let sql = "SELECT value FROM bucket_settings WHERE bucket = ? AND name = ?"
        return try transaction.firstRow(sql, [.text(name), .text(setting)])?.bytes("value")
    }

    /// Nil takes it back.
    package func set(_ setting: BucketSetting, of name: BucketName, to value: [UInt8]?) throws {
        guard let value else {
            try transaction.execute("DELETE FROM bucket_settings WHERE bucket = ? AND name = ?", [.text(name), .text(setting)])
            return
        }
        try transaction.execute(
            """
            INSERT INTO bucket_settings (bucket, name, value) VALUES (?, ?, ?)
            ON CONFLICT (bucket, name) DO UPDATE SET value = excluded.value
            """,
            [.text(name), .text(setting), .bytes(value)]
        )
    }
}
