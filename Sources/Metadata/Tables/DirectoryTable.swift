import Domain
import Foundation

/// Accounts, access keys and the server's own secrets.
package struct DirectoryTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// The oldest first, and not more than so many.
    package func accounts(atMost limit: Int) throws -> [AccountID] {
        try transaction.rows("SELECT id FROM accounts ORDER BY created_at, id LIMIT ?", [.integer(limit)]).map { try $0.value("id") }
    }

    package func hasAccount(_ id: AccountID) throws -> Bool {
        try transaction.firstRow("SELECT id FROM accounts WHERE id = ?", [.text(id)]) != nil
    }

    package func insertAccount(_ id: AccountID, at date: Date) throws {
        try transaction.execute(
            "INSERT INTO accounts (id, created_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
            [.text(id), .date(date)]
        )
    }

    /// The account that has a key, whether it signs or not.
    package func account(ofAccessKey id: String) throws -> AccountID? {
        try transaction.firstRow("SELECT account FROM access_keys WHERE id = ?", [.text(id)])?.value("account")
    }

    /// The active keys of an account's root user, the oldest first. The secrets are sealed under the vault.
    package func rootAccessKeys(of account: AccountID) throws -> [(id: String, sealed: [UInt8])] {
        let sql = "SELECT id, sealed FROM access_keys WHERE account = ? AND user_id IS NULL AND status = ? ORDER BY created_at, id"
        return try transaction.rows(sql, [.text(account), .text(AccessKey.Status.active)]).map { row in
            (try row.text("id"), try row.bytes("sealed"))
        }
    }

    /// Of all accounts and users.
    package func accessKeys() throws -> [(id: String, sealed: [UInt8])] {
        try transaction.rows("SELECT id, sealed FROM access_keys ORDER BY id").map { (try $0.text("id"), try $0.bytes("sealed")) }
    }

    /// Sets a key of the root user, which signs from now on.
    package func setAccessKey(_ id: String, sealed: [UInt8], account: AccountID, at date: Date) throws {
        try transaction.execute(
            """
            INSERT INTO access_keys (id, account, sealed, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET account = excluded.account, sealed = excluded.sealed, user_id = NULL, status = 'Active'
            """,
            [.text(id), .text(account), .bytes(sealed), .date(date)]
        )
    }

    package func setSealed(_ sealed: [UInt8], ofAccessKey id: String) throws {
        try transaction.execute("UPDATE access_keys SET sealed = ? WHERE id = ?", [.bytes(sealed), .text(id)])
    }

    /// The access keys of a directory of before secrets were sealed; nil when there is no table of such any more.
    package func clearAccessKeys() throws -> [(id: String, secret: String, account: AccountID, createdAt: Date)]? {
        guard try transaction.hasTable("clear_access_keys") else { return nil }
        return try transaction.rows("SELECT * FROM clear_access_keys ORDER BY created_at, id").map { row in
            (try row.text("id"), try row.text("secret"), try row.value("account"), try row.date("created_at"))
        }
    }

    package func deleteClearAccessKeys() throws { try transaction.execute("DELETE FROM clear_access_keys") }
    package func dropClearAccessKeys() throws { try transaction.execute("DROP TABLE clear_access_keys") }

    /// Those of the account's users stay.
    package func removeRootAccessKeys(of account: AccountID) throws {
        try transaction.execute("DELETE FROM access_keys WHERE account = ? AND user_id IS NULL", [.text(account)])
    }

    package func secret(_ name: String) throws -> [UInt8]? {
        try transaction.firstRow("SELECT value FROM secrets WHERE name = ?", [.text(name)])?.bytes("value")
    }

    package func setSecret(_ name: String, _ value: [UInt8]) throws {
        try transaction.execute("INSERT INTO secrets (name, value) VALUES (?, ?)", [.text(name), .bytes(value)])
    }

    package func changeSecret(_ name: String, to value: [UInt8]) throws {
        try transaction.execute("UPDATE secrets SET value = ? WHERE name = ?", [.bytes(value), .text(name)])
    }

    package func deleteSecret(_ name: String) throws {
        try transaction.execute("DELETE FROM secrets WHERE name = ?", [.text(name)])
    }
}
