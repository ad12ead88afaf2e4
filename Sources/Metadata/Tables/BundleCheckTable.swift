import Domain
import Foundation

/// Bundles that are being verified: each is that of a pending image.
package struct BundleCheckTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func check(of image: ImageID) throws -> BundleCheck? {
        try transaction.firstRow("SELECT * FROM bundle_checks WHERE image_id = ?", [.text(image)]).map(BundleCheck.init)
    }

    /// At most `limit` that are due, those first that wait longest.
    package func due(at date: Date, limit: Int) throws -> [BundleCheck] {
        let sql = "SELECT * FROM bundle_checks WHERE due_at <= ? ORDER BY due_at, created_at, image_id LIMIT ?"
        return try transaction.rows(sql, [.date(date), .integer(limit)]).map(BundleCheck.init)
    }

    package func count(of account: AccountID) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM bundle_checks WHERE account = ?"
        return Int(try transaction.firstRow(sql, [.text(account)])?.integer("count") ?? 0)
    }

    package func insert(_ check: BundleCheck) throws {
        try transaction.execute(
            "INSERT INTO bundle_checks (image_id, account, created_at, attempts, due_at) VALUES (?, ?, ?, ?, ?)",
            [.text(check.imageID), .text(check.account), .date(check.createdAt), .integer(check.attempts), .date(check.dueAt)]
        )
    }

    /// Saves that it was tried, and when it is to be tried again.
    package func postpone(_ image: ImageID, attempts: Int, until date: Date) throws {
        try transaction.execute(
            "UPDATE bundle_checks SET attempts = ?, due_at = ? WHERE image_id = ?",
            [.integer(attempts), .date(date), .text(image)]
        )
    }

    /// Returns whether there was one.
    @discardableResult
    package func delete(_ image: ImageID) throws -> Bool {
        try transaction.execute("DELETE FROM bundle_checks WHERE image_id = ?", [.text(image)]) > 0
    }
}

/// A bundle that is to be verified before its image is available.
package struct BundleCheck: Hashable, Sendable {
    package let imageID: ImageID
    /// Who registered it, and reads it.
    package let account: AccountID
    package let createdAt: Date
    /// How often it has failed for something that may pass.
    package let attempts: Int
    package let dueAt: Date

    package init(imageID: ImageID, account: AccountID, createdAt: Date, attempts: Int = 0, dueAt: Date? = nil) {
        self.imageID = imageID
        self.account = account
        self.createdAt = createdAt
        self.attempts = attempts
        self.dueAt = dueAt ?? createdAt
    }

    init(_ row: SQLRow) throws {
        try self.init(
            imageID: row.value("image_id"),
            account: row.value("account"),
            createdAt: row.date("created_at"),
            attempts: Int(row.integer("attempts")),
            dueAt: row.date("due_at")
        )
    }
}
