import Domain
import Foundation

/// Jobs of a Region: those to be driven, and tasks that have ended and are still listed.
package struct JobTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func job(_ id: String) throws -> Job? {
        try transaction.firstRow("SELECT * FROM jobs WHERE id = ?", [.text(id)]).map(Job.init)
    }

    /// At most `limit` of a kind that are to be driven and are due, those first that wait longest.
    package func due(_ kind: JobWork.Kind, at date: Date, limit: Int) throws -> [Job] {
        let sql = """
            SELECT * FROM jobs WHERE kind = ? AND state IN ('active', 'cancelling') AND due_at <= ? ORDER BY due_at, created_at, id LIMIT ?
            """
        return try transaction.rows(sql, [.text(kind), .date(date), .integer(limit)]).map(Job.init)
    }

    /// Whether there is one to be driven.
    package func hasAny() throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM jobs WHERE state IN ('active', 'cancelling') LIMIT 1") != nil
    }

    /// The ids of those that are wanted.
    package func active() throws -> Set<String> {
        Set(try transaction.rows("SELECT id FROM jobs WHERE state = 'active'").map { try $0.text("id") })
    }

    /// Those of an account and a kind that are wanted.
    package func active(of account: AccountID, _ kind: JobWork.Kind) throws -> [Job] {
        let sql = "SELECT * FROM jobs WHERE account = ? AND kind = ? AND state = 'active' ORDER BY id"
        return try transaction.rows(sql, [.text(account), .text(kind)]).map(Job.init)
    }

    /// How many of an account are wanted.
    package func count(of account: AccountID, _ kinds: [JobWork.Kind]) throws -> Int {
        let sql = """
            SELECT COUNT(*) AS count FROM jobs
            WHERE account = ? AND kind IN (\(Transaction.marks(kinds.count))) AND state = 'active'
            """
        return Int(try transaction.firstRow(sql, [.text(account)] + kinds.map { .text($0) })?.integer("count") ?? 0)
    }

    /// Jobs of an account and a kind behind an id, ordered by id.
    package func page(of account: AccountID, _ kind: JobWork.Kind, after id: String?, limit: Int) throws -> [Job] {
        let sql = "SELECT * FROM jobs WHERE account = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?"
        return try transaction.rows(sql, [.text(account), .text(kind), .text(id ?? ""), .integer(limit)]).map(Job.init)
    }

    package func insert(_ job: Job) throws {
        try transaction.execute(
            """
            INSERT INTO jobs (id, account, kind, work, created_at, state, bytes_done, bytes_total, message, attempts, due_at, ended_at)
            VALUES (\(Transaction.marks(12)))
            """,
            [
                .text(job.id), .text(job.account), .text(job.work.kind),
                .text(String(decoding: try JSONColumn.encode(job.work), as: UTF8.self)),
                .date(job.createdAt), .text(job.state), .integer(job.progress.bytesDone), .integer(job.progress.bytesTotal),
                .text(job.message), .integer(job.attempts), .date(job.dueAt), .date(job.endedAt),
            ]
        )
    }

    /// Saves all that changes of a job.
    package func update(_ job: Job) throws {
        try transaction.execute(
            """
            UPDATE jobs SET state = ?, bytes_done = ?, bytes_total = ?, message = ?, attempts = ?, due_at = ?, ended_at = ? WHERE id = ?
            """,
            [
                .text(job.state), .integer(job.progress.bytesDone), .integer(job.progress.bytesTotal), .text(job.message),
                .integer(job.attempts), .date(job.dueAt), .date(job.endedAt), .text(job.id),
            ]
        )
    }

    /// Has an active job undone. Returns whether it was one.
    @discardableResult
    package func cancel(_ id: String, at date: Date) throws -> Bool {
        let sql = "UPDATE jobs SET state = 'cancelling', due_at = ? WHERE id = ? AND state = 'active'"
        return try transaction.execute(sql, [.date(date), .text(id)]) > 0
    }

    package func delete(_ id: String) throws { try transaction.execute("DELETE FROM jobs WHERE id = ?", [.text(id)]) }

    /// Forgets tasks of a kind that ended before a date, with their tags and the client tokens that they were asked for with: a token
    /// whose task nobody can be told of any more is as good as new.
    package func deleteEnded(_ kind: JobWork.Kind, before date: Date) throws {
        for table in ["tags", "client_tokens"] {
            try transaction.execute(
                "DELETE FROM \(table) WHERE resource_id IN (SELECT id FROM jobs WHERE kind = ? AND ended_at < ?)",
                [.text(kind), .date(date)]
            )
        }
        try transaction.execute("DELETE FROM jobs WHERE kind = ? AND ended_at < ?", [.text(kind), .date(date)])
    }
}

extension Job {
    init(_ row: SQLRow) throws {
        try self.init(
            id: row.text("id"),
            account: row.value("account"),
            work: JSONColumn.decode(Array(row.text("work").utf8)),
            createdAt: row.date("created_at"),
            state: row.value("state"),
            progress: Progress(bytesDone: row.integer("bytes_done"), bytesTotal: row.integer("bytes_total")),
            message: row.text("message"),
            attempts: Int(row.integer("attempts")),
            dueAt: row.date("due_at"),
            endedAt: row.optionalDate("ended_at")
        )
    }
}
