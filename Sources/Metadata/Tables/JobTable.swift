import Domain
import Foundation

/// Jobs of a Region: those to be driven, and tasks that have ended and are still listed.
package struct JobTable {
    private static let isDriven = "state IN ('active', 'failing', 'cancelling')"
    /// Their image is pending, or what they write is to come, as far as their users know.
    private static let isUnderWay = "state IN ('active', 'failing')"

    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func job(_ id: String) throws -> Job? {
        try transaction.firstRow("SELECT * FROM jobs WHERE id = ?", [.text(id)]).map(Job.init)
    }

    /// Those of them that are there.
    package func jobs(_ ids: [String]) throws -> [Job] {
        try transaction.rows("SELECT * FROM jobs WHERE id IN (\(Transaction.marks(ids.count)))", ids.map { .text($0) }).map(Job.init)
    }

    /// At most `limit` of a kind that are to be driven, are due and have a free lease.
    ///
    /// The accounts take turns, and of each account that one is first which waits longest. One that is being driven counts as a turn that its
    /// account has had. A snapshot of a volume waits for those before it, on which it stands.
    package func waiting(_ limit: Int, of kind: JobWork.Kind, at now: Date) throws -> [Job] {
        let ours = "kind = ? AND \(Self.isDriven)"
        return try transaction.rows(
            """
            SELECT jobs.* FROM jobs
            JOIN (
                SELECT id, ROW_NUMBER() OVER (PARTITION BY account ORDER BY due_at, created_at, id) AS place
                FROM jobs WHERE \(ours) AND due_at <= ? AND lease_until < ? AND NOT EXISTS (
                    SELECT 1 FROM volume_snapshots AS own
                    JOIN volume_snapshots AS earlier ON earlier.volume_id = own.volume_id AND earlier.number < own.number
                    WHERE own.snapshot_id = jobs.id
                )
            ) AS queue ON queue.id = jobs.id
            LEFT JOIN (
                SELECT account, COUNT(*) AS held FROM jobs WHERE \(ours) AND lease_until >= ? GROUP BY account
            ) AS busy ON busy.account = jobs.account
            ORDER BY queue.place + COALESCE(busy.held, 0), jobs.due_at, jobs.created_at, jobs.id LIMIT ?
            """,
            [.text(kind), .date(now), .date(now), .text(kind), .date(now), .integer(max(0, limit))]
        ).map(Job.init)
    }

    /// Whether there is one to be driven, by whomever.
    package func hasAny() throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM jobs WHERE \(Self.isDriven) LIMIT 1") != nil
    }

    /// Whether there is another one of a kind to be driven that was asked for by a date.
    package func hasAny(_ kind: JobWork.Kind, besides id: String, asked date: Date) throws -> Bool {
        let sql = "SELECT 1 AS found FROM jobs WHERE kind = ? AND \(Self.isDriven) AND id <> ? AND created_at <= ? LIMIT 1"
        return try transaction.firstRow(sql, [.text(kind), .text(id), .date(date)]) != nil
    }

    /// The ids of those that an owner has leased and that are wanted.
    package func active(leasedBy owner: String) throws -> Set<String> {
        let sql = "SELECT id FROM jobs WHERE state = 'active' AND lease_owner = ?"
        return Set(try transaction.rows(sql, [.text(owner)]).map { try $0.text("id") })
    }

    /// Those of an account and a kind that are under way.
    package func underWay(of account: AccountID, _ kind: JobWork.Kind) throws -> [Job] {
        let sql = "SELECT * FROM jobs WHERE account = ? AND kind = ? AND \(Self.isUnderWay) ORDER BY id"
        return try transaction.rows(sql, [.text(account), .text(kind)]).map(Job.init)
    }

    /// How many of an account are under way.
    package func count(of account: AccountID, _ kinds: [JobWork.Kind]) throws -> Int {
        let sql = """
            SELECT COUNT(*) AS count FROM jobs
            WHERE account = ? AND kind IN (\(Transaction.marks(kinds.count))) AND \(Self.isUnderWay)
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
            INSERT INTO jobs (id, account, kind, work, created_at, state, bytes_done, bytes_total, message, reason_code, attempts,
                due_at, ended_at, caller, lease_owner, lease_until)
            VALUES (\(Transaction.marks(14)), NULL, 0)
            """,
            [
                .text(job.id), .text(job.account), .text(job.work.kind),
                try .json(job.work),
                .date(job.createdAt), .text(job.state), .integer(job.progress.bytesDone), .integer(job.progress.bytesTotal),
                .text(job.message), .text(job.reasonCode), .integer(job.retries.attempts), .date(job.retries.dueAt), .date(job.endedAt),
                try .optionalJSON(job.caller),
            ]
        )
    }

    /// Saves all that changes of a job. Its lease stays.
    package func update(_ job: Job) throws {
        try transaction.execute(
            """
            UPDATE jobs SET state = ?, bytes_done = ?, bytes_total = ?, message = ?, reason_code = ?, attempts = ?, due_at = ?, ended_at = ?
            WHERE id = ?
            """,
            [
                .text(job.state), .integer(job.progress.bytesDone), .integer(job.progress.bytesTotal), .text(job.message),
                .text(job.reasonCode), .integer(job.retries.attempts), .date(job.retries.dueAt), .date(job.endedAt), .text(job.id),
            ]
        )
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
            caller: row.optionalJSON("caller"),
            work: row.json("work"),
            createdAt: row.date("created_at"),
            state: row.value("state"),
            progress: Progress(bytesDone: row.integer("bytes_done"), bytesTotal: row.integer("bytes_total")),
            message: row.text("message"),
            reasonCode: row.optionalText("reason_code"),
            retries: Retries(attempts: Int(row.integer("attempts")), dueAt: row.date("due_at")),
            endedAt: row.optionalDate("ended_at")
        )
    }
}
