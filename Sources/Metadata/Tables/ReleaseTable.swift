import Domain
import Foundation

/// What was deleted, failed or cancelled, and waits for a collection to free it.
package struct ReleaseTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Notes that something is to be collected; `root` is the map of a snapshot that was complete.
    package func insert(root: [UInt8]?, in domain: DomainID? = nil, at date: Date) throws {
        try transaction.execute(
            "INSERT INTO releases (root, domain, released_at) VALUES (?, ?, ?)",
            [.bytes(root), .bytes(domain?.bytes), .date(date)]
        )
    }

    /// The roots that were released after a date, at most `limit`, each once.
    package func roots(after date: Date, limit: Int) throws -> [(root: [UInt8], domain: DomainID?)] {
        let sql = "SELECT DISTINCT root, domain FROM releases WHERE released_at > ? AND root IS NOT NULL LIMIT ?"
        return try transaction.rows(sql, [.date(date), .integer(limit)]).map { (try $0.bytes("root"), try $0.domain("domain")) }
    }

    /// Whether something was released at a date or before.
    package func hasAny(until date: Date) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM releases WHERE released_at <= ? LIMIT 1", [.date(date)]) != nil
    }

    /// Forgets what was released at a date or before: it is freed.
    package func remove(until date: Date) throws {
        try transaction.execute("DELETE FROM releases WHERE released_at <= ?", [.date(date)])
    }
}
