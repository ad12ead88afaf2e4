import Domain
import Foundation

/// What is in the Recycle Bin, and until when.
package struct RecycleBinTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func resource(_ id: String) throws -> RecycledResource? {
        try transaction.firstRow("SELECT * FROM recycle_bin WHERE resource_id = ?", [.text(id)]).map(RecycledResource.init(row:))
    }

    /// What is of an account and a kind and has not left yet, behind an id, ordered by id.
    package func page(of account: AccountID, _ kind: RecyclableKind, after id: String?, at now: Date, limit: Int) throws
        -> [RecycledResource]
    {
        let sql =
            "SELECT * FROM recycle_bin WHERE account = ? AND kind = ? AND resource_id > ? AND exits_at > ? ORDER BY resource_id LIMIT ?"
        let values: [SQLValue] = [.text(account), .text(kind), .text(id ?? ""), .date(now), .integer(limit)]
        return try transaction.rows(sql, values).map(RecycledResource.init(row:))
    }

    /// What is to leave, the oldest first.
    package func due(at now: Date, limit: Int) throws -> [RecycledResource] {
        let sql = "SELECT * FROM recycle_bin WHERE exits_at <= ? ORDER BY exits_at, resource_id LIMIT ?"
        return try transaction.rows(sql, [.date(now), .integer(limit)]).map(RecycledResource.init(row:))
    }

    package func insert(_ resource: RecycledResource) throws {
        try transaction.execute(
            "INSERT INTO recycle_bin (resource_id, kind, account, image_state, tags, entered_at, exits_at) VALUES (\(Transaction.marks(7)))",
            [
                .text(resource.id), .text(resource.kind), .text(resource.account), .text(resource.imageState), try .json(resource.tags),
                .date(resource.enteredAt), .date(resource.exitsAt),
            ]
        )
        // Of a snapshot the row stays, and is counted as before.
        if resource.kind == .image { try QuotaUsageTable(transaction).add(1, .image, of: resource.account.rawValue) }
    }

    package func delete(_ id: String) throws {
        guard let resource = try self.resource(id) else { return }
        try transaction.execute("DELETE FROM recycle_bin WHERE resource_id = ?", [.text(id)])
        if resource.kind == .image { try QuotaUsageTable(transaction).add(-1, .image, of: resource.account.rawValue) }
    }
}

extension RecycledResource {
    fileprivate init(row: SQLRow) throws {
        try self.init(
            id: row.text("resource_id"),
            kind: row.value("kind"),
            account: row.value("account"),
            imageState: row.optionalValue("image_state"),
            tags: row.json("tags"),
            enteredAt: row.date("entered_at"),
            exitsAt: row.date("exits_at")
        )
    }
}
