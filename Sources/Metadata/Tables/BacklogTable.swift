import Domain
import Foundation

/// The long work of a Region, counted over all accounts: for whoever runs the server.
package struct BacklogTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func copies(at now: Date) throws -> Backlog { try backlog(of: "copies", where: "state = 'running'", at: now) }

    package func jobs(at now: Date) throws -> Backlog {
        try backlog(of: "jobs", where: "state IN ('active', 'failing', 'cancelling')", at: now)
    }

    /// Uploads, of which those count as driven whose client has said that they are complete.
    package func uploads() throws -> Backlog {
        let sql = "SELECT COUNT(*) AS count, COALESCE(SUM(CASE WHEN is_sealed = 1 THEN 1 ELSE 0 END), 0) AS sealed FROM uploads"
        guard let row = try transaction.firstRow(sql) else { return Backlog() }
        return Backlog(count: Int(try row.integer("count")), driven: Int(try row.integer("sealed")))
    }

    /// What waits for a collection.
    package func releases() throws -> Backlog {
        guard let row = try transaction.firstRow("SELECT COUNT(*) AS count, MIN(released_at) AS oldest FROM releases") else {
            return Backlog()
        }
        return Backlog(count: Int(try row.integer("count")), oldest: try row.optionalDate("oldest"))
    }

    /// The oldest copies that have failed or are behind the time that they were promised for, at most `limit`.
    package func lateCopies(at now: Date, limit: Int) throws -> [SnapshotCopy] {
        let sql = """
            SELECT * FROM copies WHERE state = 'running'
                AND (attempts > 0 OR (clock_started_at IS NOT NULL AND clock_started_at + completion_minutes * 60000 < ?))
            ORDER BY created_at, id LIMIT ?
            """
        return try transaction.rows(sql, [.date(now), .integer(limit)]).map(SnapshotCopy.init(row:))
    }

    /// The oldest jobs that have failed and are tried again, at most `limit`.
    package func failingJobs(limit: Int) throws -> [Job] {
        let sql = """
            SELECT * FROM jobs WHERE state IN ('active', 'failing', 'cancelling') AND attempts > 0 ORDER BY created_at, id LIMIT ?
            """
        return try transaction.rows(sql, [.integer(limit)]).map(Job.init)
    }

    private func backlog(of table: String, where isUnderWay: String, at now: Date) throws -> Backlog {
        let sql = """
            SELECT COUNT(*) AS count, COALESCE(SUM(CASE WHEN lease_until >= ? THEN 1 ELSE 0 END), 0) AS driven,
                COALESCE(SUM(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0) AS failing, MIN(created_at) AS oldest
            FROM \(table) WHERE \(isUnderWay)
            """
        guard let row = try transaction.firstRow(sql, [.date(now)]) else { return Backlog() }
        return Backlog(
            count: Int(try row.integer("count")),
            driven: Int(try row.integer("driven")),
            failing: Int(try row.integer("failing")),
            oldest: try row.optionalDate("oldest")
        )
    }
}
