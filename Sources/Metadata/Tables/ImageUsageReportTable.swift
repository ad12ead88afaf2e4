import Domain
import Foundation

/// Reports of who uses an image. Reads attach the tags.
package struct ImageUsageReportTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func report(_ id: ImageUsageReportID) throws -> ImageUsageReport? {
        try load(transaction.rows("SELECT * FROM image_usage_reports WHERE id = ?", [.text(id)])).first
    }

    /// Those of an account that have not expired, behind an id, ordered by id.
    package func page(of account: AccountID, after id: String?, at now: Date, limit: Int) throws -> [ImageUsageReport] {
        let sql = "SELECT * FROM image_usage_reports WHERE account = ? AND id > ? AND expires_at > ? ORDER BY id LIMIT ?"
        return try load(transaction.rows(sql, [.text(account), .text(id ?? ""), .date(now), .integer(limit)]))
    }

    package func count(of account: AccountID, at now: Date) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM image_usage_reports WHERE account = ? AND expires_at > ?"
        return Int(try transaction.firstRow(sql, [.text(account), .date(now)])?.integer("count") ?? 0)
    }

    package func expired(at now: Date, limit: Int) throws -> [ImageUsageReportID] {
        let sql = "SELECT id FROM image_usage_reports WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?"
        return try transaction.rows(sql, [.date(now), .integer(limit)]).map { try $0.value("id") }
    }

    package func insert(_ report: ImageUsageReport) throws {
        try transaction.execute(
            """
            INSERT INTO image_usage_reports (id, account, image_id, kinds, accounts, created_at, expires_at)
            VALUES (\(Transaction.marks(7)))
            """,
            [
                .text(report.id), .text(report.account), .text(report.image), try .json(report.kinds),
                try .json(report.accounts.map(\.rawValue)), .date(report.createdAt), .date(report.expiresAt),
            ]
        )
    }

    package func insert(_ entry: ImageUsageEntry) throws {
        try transaction.execute(
            "INSERT INTO image_usage_entries (report_id, account, kind, count) VALUES (?, ?, ?, ?)",
            [.text(entry.report), .text(entry.account), .text(entry.kind), .integer(entry.count)]
        )
    }

    /// What an account's reports have found that have not expired, behind a place, in the order of places.
    package func entries(
        of account: AccountID,
        after place: (report: String, account: String)?,
        at now: Date,
        limit: Int
    ) throws -> [ImageUsageEntry] {
        let sql = """
            SELECT entries.report_id, entries.account, entries.kind, entries.count, reports.image_id, reports.created_at
            FROM image_usage_entries AS entries JOIN image_usage_reports AS reports ON reports.id = entries.report_id
            WHERE reports.account = ? AND reports.expires_at > ? AND (entries.report_id, entries.account) > (?, ?)
            ORDER BY entries.report_id, entries.account LIMIT ?
            """
        let values: [SQLValue] = [.text(account), .date(now), .text(place?.report ?? ""), .text(place?.account ?? ""), .integer(limit)]
        return try transaction.rows(sql, values).map { row in
            try ImageUsageEntry(
                report: row.value("report_id"),
                image: row.value("image_id"),
                account: row.value("account"),
                kind: row.text("kind"),
                count: Int(row.integer("count")),
                createdAt: row.date("created_at")
            )
        }
    }

    package func delete(_ id: ImageUsageReportID) throws {
        try transaction.execute("DELETE FROM image_usage_entries WHERE report_id = ?", [.text(id)])
        try transaction.execute("DELETE FROM image_usage_reports WHERE id = ?", [.text(id)])
    }

    private func load(_ rows: [SQLRow]) throws -> [ImageUsageReport] {
        // They are all of one account.
        let account: AccountID? = try rows.first?.value("account")
        let tags = try account.map { try TagTable(transaction).tags(of: rows.map { try $0.text("id") }, by: $0) } ?? [:]
        return try rows.map { row in
            let accounts: [String] = try row.json("accounts")
            return try ImageUsageReport(
                id: row.value("id"),
                account: row.value("account"),
                image: row.value("image_id"),
                kinds: row.json("kinds"),
                accounts: accounts.compactMap(AccountID.init(rawValue:)),
                createdAt: row.date("created_at"),
                tags: tags[row.text("id")] ?? []
            )
        }
    }
}
