import Domain
import Foundation

/// Accounts, access keys and the server's own secrets.
package struct DirectoryTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func accounts() throws -> [AccountID] {
        try transaction.rows("SELECT id FROM accounts ORDER BY created_at, id").map { try $0.value("id") }
    }

    package func insertAccount(_ id: AccountID, at date: Date) throws {
        try transaction.execute(
            "INSERT INTO accounts (id, created_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
            [.text(id), .date(date)]
        )
    }

    package func accessKey(_ id: String) throws -> (account: AccountID, secret: String)? {
        try transaction.firstRow("SELECT account, secret FROM access_keys WHERE id = ?", [.text(id)]).map { row in
            (try row.value("account"), try row.text("secret"))
        }
    }

    package func accessKeys(of account: AccountID) throws -> [(id: String, secret: String)] {
        try transaction.rows("SELECT id, secret FROM access_keys WHERE account = ? ORDER BY created_at, id", [.text(account)]).map { row in
            (try row.text("id"), try row.text("secret"))
        }
    }

    package func setAccessKey(_ id: String, secret: String, account: AccountID, at date: Date) throws {
        try transaction.execute(
            """
            INSERT INTO access_keys (id, account, secret, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET account = excluded.account, secret = excluded.secret
            """,
            [.text(id), .text(account), .text(secret), .date(date)]
        )
    }

    package func removeAccessKeys(of account: AccountID) throws {
        try transaction.execute("DELETE FROM access_keys WHERE account = ?", [.text(account)])
    }

    package func secret(_ name: String) throws -> [UInt8]? {
        try transaction.firstRow("SELECT value FROM secrets WHERE name = ?", [.text(name)])?.bytes("value")
    }

    package func setSecret(_ name: String, _ value: [UInt8]) throws {
        try transaction.execute("INSERT INTO secrets (name, value) VALUES (?, ?)", [.text(name), .bytes(value)])
    }
}
