import Domain
import Foundation

/// The OpenID Connect providers of accounts.
package struct IAMProviderTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// - Parameter url: without its scheme.
    package func provider(_ url: String, of account: AccountID) throws -> OpenIDProvider? {
        let sql = "SELECT * FROM iam_providers WHERE account = ? AND url = ?"
        return try transaction.firstRow(sql, [.text(account), .text(url)]).map(provider)
    }

    /// All of an account: quotas keep them few.
    package func providers(of account: AccountID) throws -> [OpenIDProvider] {
        try transaction.rows("SELECT * FROM iam_providers WHERE account = ? ORDER BY url", [.text(account)]).map(provider)
    }

    package func insert(_ provider: OpenIDProvider) throws {
        try transaction.execute(
            "INSERT INTO iam_providers (id, account, url, client_ids, thumbprints, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(provider.id), .text(provider.account), .text(provider.url), .text(try text(provider.clientIDs)),
                .text(try text(provider.thumbprints)), .date(provider.createdAt),
            ]
        )
    }

    package func update(_ provider: OpenIDProvider) throws {
        try transaction.execute(
            "UPDATE iam_providers SET client_ids = ?, thumbprints = ? WHERE id = ?",
            [.text(try text(provider.clientIDs)), .text(try text(provider.thumbprints)), .text(provider.id)]
        )
    }

    /// Its tags go with it.
    package func delete(_ provider: OpenIDProvider) throws {
        try IAMTagTable(transaction).removeAll(from: provider.id)
        try transaction.execute("DELETE FROM iam_providers WHERE id = ?", [.text(provider.id)])
    }

    private func provider(_ row: SQLRow) throws -> OpenIDProvider {
        OpenIDProvider(
            id: try row.text("id"),
            account: try row.value("account"),
            url: try row.text("url"),
            clientIDs: try list("client_ids", row),
            thumbprints: try list("thumbprints", row),
            createdAt: try row.date("created_at")
        )
    }

    private func text(_ list: [String]) throws -> String { String(decoding: try JSONEncoder().encode(list), as: UTF8.self) }

    private func list(_ column: String, _ row: SQLRow) throws -> [String] {
        let text = try row.text(column)
        guard let list = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else { throw CorruptRow(column: column) }
        return list
    }
}
