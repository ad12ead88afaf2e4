import Domain
import Foundation

/// Aliases of KMS keys.
package struct AliasTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func alias(_ name: AliasName, of account: AccountID) throws -> KeyAlias? {
        try transaction.firstRow("SELECT * FROM kms_aliases WHERE account = ? AND name = ?", [.text(account), .text(name)]).map(alias)
    }

    /// At most `limit` aliases of an account behind a name, by name; of one key where it is given.
    package func aliases(of account: AccountID, key: KeyID?, after name: String?, limit: Int) throws -> [KeyAlias] {
        let condition = key == nil ? "" : " AND key_id = ?"
        let sql = "SELECT * FROM kms_aliases WHERE account = ?\(condition) AND name > ? ORDER BY name LIMIT ?"
        let values: [SQLValue] = [.text(account)] + (key.map { [.text($0)] } ?? [])
        return try transaction.rows(sql, values + [.text(name ?? ""), .integer(limit)]).map(alias)
    }

    package func count(of key: KeyID) throws -> Int {
        Int(try transaction.firstRow("SELECT COUNT(*) AS count FROM kms_aliases WHERE key_id = ?", [.text(key)])?.integer("count") ?? 0)
    }

    package func insert(_ alias: KeyAlias) throws {
        try transaction.execute(
            "INSERT INTO kms_aliases (account, name, key_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            [.text(alias.account), .text(alias.name), .text(alias.target), .date(alias.createdAt), .date(alias.updatedAt)]
        )
    }

    package func update(_ alias: KeyAlias) throws {
        try transaction.execute(
            "UPDATE kms_aliases SET key_id = ?, updated_at = ? WHERE account = ? AND name = ?",
            [.text(alias.target), .date(alias.updatedAt), .text(alias.account), .text(alias.name)]
        )
    }

    package func delete(_ alias: KeyAlias) throws {
        try transaction.execute("DELETE FROM kms_aliases WHERE account = ? AND name = ?", [.text(alias.account), .text(alias.name)])
    }

    private func alias(_ row: SQLRow) throws -> KeyAlias {
        KeyAlias(
            name: try row.value("name"),
            account: try row.value("account"),
            target: try row.value("key_id"),
            createdAt: try row.date("created_at"),
            updatedAt: try row.date("updated_at")
        )
    }
}
