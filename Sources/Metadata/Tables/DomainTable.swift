import Domain
import Foundation

/// Domains: what the bytes of encrypted snapshots and objects are sealed in, each with its data key, wrapped by its KMS key or by the vault.
package struct DomainTable {
    package struct Row: Hashable, Sendable {
        package let id: DomainID
        package let account: AccountID
        package let key: DomainKey
        package let wrapped: [UInt8]
        package let createdAt: Date

        package init(id: DomainID, account: AccountID, key: DomainKey, wrapped: [UInt8], createdAt: Date) {
            self.id = id
            self.account = account
            self.key = key
            self.wrapped = wrapped
            self.createdAt = createdAt
        }
    }

    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func domain(_ id: DomainID) throws -> Row? {
        try transaction.firstRow("SELECT * FROM domains WHERE id = ?", [.bytes(id.bytes)]).map(Row.init(row:))
    }

    package func domain(of account: AccountID, key: DomainKey) throws -> Row? {
        try transaction.firstRow("SELECT * FROM domains WHERE account = ? AND kms_key = ?", [.text(account), .text(key)])
            .map(Row.init(row:))
    }

    package func ids() throws -> [DomainID] {
        try transaction.rows("SELECT id FROM domains ORDER BY id").map { row in
            guard let id = DomainID(bytes: try row.bytes("id")) else { throw CorruptRow(column: "id") }
            return id
        }
    }

    /// Those whose data key is wrapped by the vault, one an account: to seal them anew.
    package func wrappedByVault() throws -> [Row] {
        try transaction.rows("SELECT * FROM domains WHERE kms_key = ? ORDER BY id", [.text(DomainKey.s3)]).map(Row.init(row:))
    }

    package func setWrapped(_ wrapped: [UInt8], of id: DomainID) throws {
        try transaction.execute("UPDATE domains SET wrapped = ? WHERE id = ?", [.bytes(wrapped), .bytes(id.bytes)])
    }

    package func insert(_ row: Row) throws {
        try transaction.execute(
            "INSERT INTO domains (id, account, kms_key, wrapped, created_at) VALUES (?, ?, ?, ?, ?)",
            [.bytes(row.id.bytes), .text(row.account), .text(row.key), .bytes(row.wrapped), .date(row.createdAt)]
        )
    }
}

extension DomainTable.Row {
    init(row: SQLRow) throws {
        guard let id = DomainID(bytes: try row.bytes("id")) else { throw CorruptRow(column: "id") }
        try self.init(
            id: id,
            account: row.value("account"),
            key: row.value("kms_key"),
            wrapped: row.bytes("wrapped"),
            createdAt: row.date("created_at")
        )
    }
}
