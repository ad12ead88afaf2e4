import Domain
import Foundation

/// Who has which bucket name, and where: rows of the directory, because names are global.
package struct BucketNameTable {
    package struct Row: Hashable, Sendable {
        package let name: BucketName
        package let owner: AccountID
        package let region: Region
        package let createdAt: Date

        package init(name: BucketName, owner: AccountID, region: Region, createdAt: Date) {
            self.name = name
            self.owner = owner
            self.region = region
            self.createdAt = createdAt
        }

        init(_ row: SQLRow) throws {
            try self.init(
                name: row.value("name"),
                owner: row.value("account"),
                region: row.value("region"),
                createdAt: row.date("created_at")
            )
        }
    }

    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func row(_ name: BucketName) throws -> Row? {
        try transaction.firstRow("SELECT * FROM bucket_names WHERE name = ?", [.text(name)]).map(Row.init)
    }

    /// An account's buckets behind a name, ascending: those that begin with a prefix, of one Region or of all.
    package func rows(of account: AccountID, after name: String, prefix: String = "", region: String? = nil, limit: Int) throws -> [Row] {
        // What stands before the prefix is passed over; a name that is the prefix itself counts.
        let isBehind = !name.utf8.lexicographicallyPrecedes(prefix.utf8)
        var sql = "SELECT * FROM bucket_names WHERE account = ? AND name \(isBehind ? ">" : ">=") ?"
        var values: [SQLValue] = [.text(account), .text(isBehind ? name : prefix)]
        if !prefix.isEmpty {
            // No name goes on with the last character that there is.
            sql += " AND name < ?"
            values.append(.text(prefix + "\u{10FFFF}"))
        }
        if let region {
            sql += " AND region = ?"
            values.append(.text(region))
        }
        return try transaction.rows(sql + " ORDER BY name LIMIT ?", values + [.integer(limit)]).map(Row.init)
    }

    package func count(of account: AccountID) throws -> Int {
        Int(
            try transaction.firstRow("SELECT COUNT(*) AS count FROM bucket_names WHERE account = ?", [.text(account)])?.integer("count")
                ?? 0
        )
    }

    package func insert(_ row: Row) throws {
        try transaction.execute(
            "INSERT INTO bucket_names (name, account, region, created_at) VALUES (?, ?, ?, ?)",
            [.text(row.name), .text(row.owner), .text(row.region), .date(row.createdAt)]
        )
    }

    package func delete(_ name: BucketName) throws {
        try transaction.execute("DELETE FROM bucket_names WHERE name = ?", [.text(name)])
    }
}
