import Domain
import Foundation

/// Time-based copies: what is set aside for them, and when their minutes begin to run.
extension CopyTable {
    /// What the running time-based copies from a Region have set aside, by account.
    package func setAside(from source: Region) throws -> [AccountID: Throughput] {
        let sql = """
            SELECT account, CAST(SUM(set_aside) AS BIGINT) AS total FROM copies
            WHERE state = 'running' AND source_region = ? AND clock_started_at IS NOT NULL GROUP BY account
            """
        return try transaction.rows(sql, [.text(source)]).reduce(into: [:]) { sums, row in
            sums[try row.value("account")] = Throughput(bytesPerSecond: try row.integer("total"))
        }
    }

    /// Whether a time-based copy of a snapshot runs or waits for its turn.
    package func hasTimeBased(of snapshot: SnapshotID, in source: Region) throws -> Bool {
        let sql = """
            SELECT 1 AS one FROM copies
            WHERE state = 'running' AND source_region = ? AND source_snapshot_id = ? AND completion_minutes IS NOT NULL LIMIT 1
            """
        return try transaction.firstRow(sql, [.text(source), .text(snapshot)]) != nil
    }

    /// Time-based copies whose minutes may begin to run: of each snapshot the oldest, once none of it runs. From the oldest on.
    package func readyForClock() throws -> [SnapshotCopy] {
        try transaction.rows(
            """
            SELECT * FROM copies AS waiting
            WHERE state = 'running' AND completion_minutes IS NOT NULL AND clock_started_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM copies AS other
                WHERE other.state = 'running' AND other.completion_minutes IS NOT NULL
                    AND other.source_region = waiting.source_region AND other.source_snapshot_id = waiting.source_snapshot_id
                    AND (other.clock_started_at IS NOT NULL OR other.created_at < waiting.created_at
                        OR (other.created_at = waiting.created_at AND other.id < waiting.id))
            )
            ORDER BY created_at, id
            """
        ).map(SnapshotCopy.init(row:))
    }

    /// Writes that the minutes of a copy run, and what is set aside for it.
    package func saveTarget(of copy: SnapshotCopy) throws {
        try transaction.execute(
            "UPDATE copies SET set_aside = ?, clock_started_at = ? WHERE id = ?",
            [.integer(copy.target?.setAside.bytesPerSecond ?? 0), .date(copy.target?.startedAt), .text(copy.id)]
        )
    }
}
