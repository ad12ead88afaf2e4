import Domain
import Foundation

/// What all users of an account sign and sign in with, for its credential report.
package struct CredentialTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// When users have set their passwords, and used them, by their ids.
    package func passwords(in account: AccountID) throws -> [String: (changedAt: Date, usedAt: Date?)] {
        let sql = """
            SELECT user_id, changed_at, iam_login_profiles.used_at AS password_used_at FROM iam_login_profiles
            JOIN iam_identities ON iam_identities.id = user_id WHERE account = ?
            """
        return try transaction.rows(sql, [.text(account)]).reduce(into: [:]) {
            $0[try $1.text("user_id")] = (try $1.date("changed_at"), try $1.optionalDate("password_used_at"))
        }
    }

    /// Those of all users and of the root user, the oldest first.
    package func accessKeys(in account: AccountID) throws -> [AccessKey] {
        let sql = "SELECT * FROM access_keys WHERE account = ? ORDER BY created_at, id"
        return try transaction.rows(sql, [.text(account)]).map(AccessKeyTable.key)
    }
}
