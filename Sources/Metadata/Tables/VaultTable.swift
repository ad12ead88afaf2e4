import Foundation

/// What the directory knows of the root key, and the vault keys that it seals.
package struct VaultTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Nil before the first start that had keys.
    package func rootKey() throws -> RootKeyRow? {
        try transaction.firstRow("SELECT * FROM root_key").map { row in
            RootKeyRow(
                kind: try row.value("kind"),
                salt: try row.optionalBytes("salt"),
                rounds: try row.optionalInteger("rounds").map { Int($0) },
                checkValue: try row.bytes("check_value")
            )
        }
    }

    package func setRootKey(_ row: RootKeyRow) throws {
        try transaction.execute("DELETE FROM root_key")
        try transaction.execute(
            "INSERT INTO root_key (kind, salt, rounds, check_value) VALUES (?, ?, ?, ?)",
            [.text(row.kind), .bytes(row.salt), .integer(row.rounds), .bytes(row.checkValue)]
        )
    }

    /// The vault keys, sealed, in the order in which they were made: the last is the current one.
    package func vaultKeys() throws -> [(id: [UInt8], sealed: [UInt8])] {
        try transaction.rows("SELECT id, sealed FROM vault_keys ORDER BY number").map { (try $0.bytes("id"), try $0.bytes("sealed")) }
    }

    /// Adds a vault key behind the last.
    package func insertVaultKey(id: [UInt8], sealed: [UInt8], at date: Date) throws {
        try transaction.execute(
            "INSERT INTO vault_keys (number, id, sealed, created_at) VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM vault_keys), ?, ?, ?)",
            [.bytes(id), .bytes(sealed), .date(date)]
        )
    }

    package func setSealed(_ sealed: [UInt8], of id: [UInt8]) throws {
        try transaction.execute("UPDATE vault_keys SET sealed = ? WHERE id = ?", [.bytes(sealed), .bytes(id)])
    }

    package func deleteVaultKey(_ id: [UInt8]) throws {
        try transaction.execute("DELETE FROM vault_keys WHERE id = ?", [.bytes(id)])
    }
}

/// How a folder's root key can be known again.
package struct RootKeyRow: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case file
        case passphrase
    }

    package let kind: Kind
    /// Of a passphrase: scrypt's salt and N.
    package let salt: [UInt8]?
    package let rounds: Int?
    package let checkValue: [UInt8]

    package init(kind: Kind, salt: [UInt8]?, rounds: Int?, checkValue: [UInt8]) {
        self.kind = kind
        self.salt = salt
        self.rounds = rounds
        self.checkValue = checkValue
    }
}
