import Domain

/// Key pairs: public keys and what is shown of them. Reads attach the tags of their accounts.
package struct KeyPairTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func keyPair(named name: String, of account: AccountID) throws -> KeyPair? {
        try load("account = ? AND name = ?", [.text(account), .text(name)]).first
    }

    package func keyPair(_ id: KeyPairID, of account: AccountID) throws -> KeyPair? {
        try load("account = ? AND id = ?", [.text(account), .text(id)]).first
    }

    /// All of an account, ordered by name: a quota bounds them.
    package func keyPairs(of account: AccountID) throws -> [KeyPair] { try load("account = ?", [.text(account)]) }

    package func count(of account: AccountID) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM key_pairs WHERE account = ?"
        return Int(try transaction.firstRow(sql, [.text(account)])?.integer("count") ?? 0)
    }

    package func insert(_ pair: KeyPair) throws {
        try transaction.execute(
            """
            INSERT INTO key_pairs (id, account, name, kind, public_key, fingerprint, created_at) VALUES (\(Transaction.marks(7)))
            """,
            [
                .text(pair.id), .text(pair.account), .text(pair.name), .text(pair.kind), .text(pair.publicKey),
                .text(pair.fingerprint), .date(pair.createdAt),
            ]
        )
        try TagTable(transaction).set(pair.tags, on: .keyPair(pair.id), by: pair.account)
    }

    package func delete(_ id: KeyPairID) throws {
        try TagTable(transaction).removeAll(from: .keyPair(id))
        try transaction.execute("DELETE FROM key_pairs WHERE id = ?", [.text(id)])
    }

    private func load(_ condition: String, _ values: [SQLValue]) throws -> [KeyPair] {
        let rows = try transaction.rows("SELECT * FROM key_pairs WHERE \(condition) ORDER BY name", values)
        guard let account: AccountID = try rows.first?.value("account") else { return [] }
        let tags = try TagTable(transaction).tags(on: rows, by: account)
        return try rows.map { row in
            try KeyPair(
                id: row.value("id"),
                account: account,
                name: row.text("name"),
                kind: row.value("kind"),
                publicKey: row.text("public_key"),
                fingerprint: row.text("fingerprint"),
                createdAt: row.date("created_at"),
                tags: tags[row.text("id")] ?? []
            )
        }
    }
}
