import Domain
import Foundation

/// What the rows of a Region tell of a directory that is lost, and what of them hung on it.
package struct RecoveryTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// The accounts that have something in the Region.
    package func accounts() throws -> [AccountID] {
        let sql = """
            SELECT owner AS account FROM snapshots UNION SELECT owner FROM images UNION SELECT owner FROM volumes
            UNION SELECT account FROM buckets UNION SELECT account FROM kms_keys ORDER BY account
            """
        return try transaction.rows(sql).map { try $0.value("account") }
    }

    package func buckets() throws -> [(name: BucketName, account: AccountID, createdAt: Date)] {
        try transaction.rows("SELECT name, account, created_at FROM buckets ORDER BY name").map {
            (try $0.value("name"), try $0.value("account"), try $0.date("created_at"))
        }
    }

    /// Forgets what only the vault of the lost directory opens, so that it is made anew when it is needed: the certificate for bundles, and
    /// the place of S3's own data keys, whose objects stay and are locked.
    package func forgetVault() throws {
        try transaction.execute("DELETE FROM region_certificate")
        for row in try DomainTable(transaction).wrappedByVault() {
            try transaction.execute(
                "UPDATE domains SET kms_key = ? WHERE id = ?",
                [.text(DomainKey.kms(.random())), .bytes(row.id.bytes)]
            )
        }
    }
}
