import Domain
import Foundation

/// What completed copies tell of how fast bytes come.
extension CopyTable {
    /// How many of the latest copies are looked through for those of an account.
    private static let searched = 1000

    /// What the latest copies from a Region have moved, of those that had to move something and ended after a date; the latest first.
    ///
    /// - Parameter account: only of its own, into snapshots that are sealed; all accounts' when nil.
    package func latestMoves(from source: Region, of account: AccountID?, since date: Date, limit: Int) throws -> [SeenRate.Move] {
        let latest = """
            SELECT * FROM copies WHERE state = 'completed' AND source_region = ? AND ended_at >= ? ORDER BY ended_at DESC LIMIT \(Self.searched)
            """
        let own = """
            AND account = ? AND EXISTS (SELECT 1 FROM snapshots WHERE snapshots.id = latest.snapshot_id AND snapshots.domain IS NOT NULL)
            """
        let values: [SQLValue] = [.text(source), .date(date)] + (account.map { [.text($0)] } ?? []) + [.integer(limit)]
        return try transaction.rows(
            """
            SELECT bytes_moved, COALESCE(began_at, created_at) AS began, ended_at FROM (\(latest)) AS latest
            WHERE bytes_moved > 0 \(account == nil ? "" : own) ORDER BY ended_at DESC LIMIT ?
            """,
            values
        ).map { row in
            SeenRate.Move(bytes: try row.integer("bytes_moved"), from: try row.date("began"), to: try row.date("ended_at"))
        }
    }
}
