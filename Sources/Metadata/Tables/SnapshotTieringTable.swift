import Domain
import Foundation

/// The last change of tier of each snapshot that has had one, and the packs that archived snapshots have of their own.
package struct SnapshotTieringTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func tiering(of id: SnapshotID) throws -> SnapshotTiering? {
        try transaction.firstRow("SELECT * FROM snapshot_tierings WHERE snapshot_id = ?", [.text(id)]).map(SnapshotTiering.init(row:))
    }

    /// Those of an account behind a snapshot, in the order of their snapshots.
    package func page(of account: AccountID, after id: SnapshotID?, limit: Int) throws -> [SnapshotTiering] {
        let sql = "SELECT * FROM snapshot_tierings WHERE account = ? AND snapshot_id > ? ORDER BY snapshot_id LIMIT ?"
        return try transaction.rows(sql, [.text(account), .text(id?.rawValue ?? ""), .integer(limit)]).map(SnapshotTiering.init(row:))
    }

    /// How many snapshots of an account and a lineage are archived, restored for a time or being archived.
    package func archived(of account: AccountID, lineage: SnapshotID) throws -> Int {
        let sql = """
            SELECT COUNT(*) AS count FROM snapshot_tierings JOIN snapshots ON snapshots.id = snapshot_tierings.snapshot_id
            WHERE snapshot_tierings.account = ? AND snapshot_tierings.lineage = ? AND (
                snapshots.tier = 'archive' OR snapshots.restore_expires_at IS NOT NULL
                OR (snapshot_tierings.operation = 'archival' AND snapshot_tierings.outcome = 'in-progress')
            )
            """
        return Int(try transaction.firstRow(sql, [.text(account), .text(lineage)])?.integer("count") ?? 0)
    }

    /// Sets the last change of a snapshot, in place of the one before.
    package func set(_ tiering: SnapshotTiering) throws {
        try transaction.execute("DELETE FROM snapshot_tierings WHERE snapshot_id = ?", [.text(tiering.snapshot)])
        try transaction.execute(
            """
            INSERT INTO snapshot_tierings (snapshot_id, account, lineage, operation, outcome, started_at, due_at, detail, archived_at)
            VALUES (\(Transaction.marks(9)))
            """,
            [
                .text(tiering.snapshot), .text(tiering.account), .text(tiering.lineage), .text(tiering.operation), .text(tiering.outcome),
                .date(tiering.startedAt), .date(tiering.dueAt), .text(tiering.detail), .date(tiering.archivedAt),
            ]
        )
    }

    package func delete(_ id: SnapshotID) throws {
        try transaction.execute("DELETE FROM snapshot_tierings WHERE snapshot_id = ?", [.text(id)])
        try forgetPacks(of: id)
    }
}

extension SnapshotTieringTable {
    /// The ids of the packs that were made for a snapshot.
    package func packs(of id: SnapshotID) throws -> [[UInt8]] {
        try transaction.rows("SELECT pack FROM archive_packs WHERE snapshot_id = ? ORDER BY pack", [.text(id)]).map {
            try $0.bytes("pack")
        }
    }

    package func add(pack: [UInt8], of id: SnapshotID) throws {
        try transaction.execute(
            "INSERT INTO archive_packs (snapshot_id, pack) VALUES (?, ?) ON CONFLICT (snapshot_id, pack) DO NOTHING",
            [.text(id), .bytes(pack)]
        )
    }

    package func forgetPacks(of id: SnapshotID) throws {
        try transaction.execute("DELETE FROM archive_packs WHERE snapshot_id = ?", [.text(id)])
    }
}

extension SnapshotTable {
    /// - Parameter expiry: until when it is restored; nil when it is not, or for good.
    package func setTier(_ tier: StorageTier, until expiry: Date?, of id: SnapshotID) throws {
        try transaction.execute(
            "UPDATE snapshots SET tier = ?, restore_expires_at = ? WHERE id = ?",
            [.text(tier), .date(expiry), .text(id)]
        )
    }

    /// At most `limit` snapshots, in the Recycle Bin or not, whose time out of the archive is over.
    package func expiredRestores(at date: Date, limit: Int) throws -> [SnapshotID] {
        let sql = """
            SELECT id FROM snapshots WHERE restore_expires_at IS NOT NULL AND restore_expires_at <= ?
            ORDER BY restore_expires_at, id LIMIT ?
            """
        return try transaction.rows(sql, [.date(date), .integer(limit)]).map { try $0.value("id") }
    }
}

extension SnapshotTiering {
    fileprivate init(row: SQLRow) throws {
        try self.init(
            snapshot: row.value("snapshot_id"),
            account: row.value("account"),
            lineage: row.value("lineage"),
            operation: row.value("operation"),
            outcome: row.value("outcome"),
            startedAt: row.date("started_at"),
            dueAt: row.date("due_at"),
            detail: row.optionalText("detail"),
            archivedAt: row.optionalDate("archived_at")
        )
    }
}
