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
        try setBound(name)
        try transaction.execute("DELETE FROM buckets WHERE name = ?", [.text(name)])
    }

    /// Those of a bucket that has none, and of one that is not there, are empty.
    package func settings(of name: BucketName) throws -> BucketSettings {
        try settingsRow(of: name).map(Self.settings) ?? BucketSettings()
    }

    /// The same as they stand in the row, for whoever keeps what it reads of them.
    package func settingsRow(of name: BucketName) throws -> [UInt8]? {
        let sql = "SELECT value FROM bucket_settings WHERE bucket = ? AND name = ?"
        return try transaction.firstRow(sql, [.text(name), .text(Self.settingsName)])?.bytes("value")
    }

    package static func settings(of row: [UInt8]) throws -> BucketSettings { try JSONColumn.decode(row) }

    package func set(_ settings: BucketSettings, of name: BucketName) throws {
        try transaction.execute(
            """
            INSERT INTO bucket_settings (bucket, name, value) VALUES (?, ?, ?)
            ON CONFLICT (bucket, name) DO UPDATE SET value = excluded.value
            """,
            [.text(name), .text(Self.settingsName), .bytes(try JSONColumn.encode(settings))]
        )
        // Of what an older Ferry has taken in nobody has looked yet.
        guard settings.policy != nil, settings.policyIDs == nil else { return }
        try transaction.execute("INSERT INTO unbound_buckets (bucket) VALUES (?) ON CONFLICT (bucket) DO NOTHING", [.text(name)])
    }

    /// At most `limit` buckets of which nobody has looked whom their policy names.
    package func unbound(limit: Int) throws -> [BucketName] {
        try transaction.rows("SELECT bucket FROM unbound_buckets ORDER BY bucket LIMIT ?", [.integer(limit)]).map { try $0.value("bucket") }
    }

    /// Somebody has looked, or there is nothing to look at.
    package func setBound(_ name: BucketName) throws {
        try transaction.execute("DELETE FROM unbound_buckets WHERE bucket = ?", [.text(name)])
    }

    /// All of a bucket's settings as one value. Rows of other names are those of an older Ferry: a document each, as its client sent it.
    private static let settingsName = "settings"

    /// The buckets that have documents of an older Ferry, with these by their names.
    package func documents() throws -> [BucketName: [String: [UInt8]]] {
        let rows = try transaction.rows("SELECT bucket, name, value FROM bucket_settings WHERE name <> ?", [.text(Self.settingsName)])
        return try rows.reduce(into: [:]) { documents, row in
            documents[try row.value("bucket"), default: [:]][try row.text("name")] = try row.bytes("value")
        }
    }

    package func deleteDocuments(of name: BucketName) throws {
        try transaction.execute("DELETE FROM bucket_settings WHERE bucket = ? AND name <> ?", [.text(name), .text(Self.settingsName)])
    }
}
