import Domain
import Foundation

/// Copies of snapshots, with the leases of the processes that drive them.
package struct CopyTable {
    let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func copy(_ id: CopyID) throws -> SnapshotCopy? {
        try transaction.firstRow("SELECT * FROM copies WHERE id = ?", [.text(id)]).map(SnapshotCopy.init(row:))
    }

    package func copy(of snapshot: SnapshotID) throws -> SnapshotCopy? {
        try transaction.firstRow("SELECT * FROM copies WHERE snapshot_id = ?", [.text(snapshot)]).map(SnapshotCopy.init(row:))
    }

    package func copies(of image: ImageID) throws -> [SnapshotCopy] {
        try transaction.rows("SELECT * FROM copies WHERE image_id = ? ORDER BY id", [.text(image)]).map(SnapshotCopy.init(row:))
    }

    /// Snapshots that CopySnapshot is copying for an account, without those of images and those that are time-based.
    package func runningSnapshotCount(of account: AccountID) throws -> Int {
        let sql = """
            SELECT COUNT(*) AS count FROM copies
            WHERE state = 'running' AND account = ? AND image_id IS NULL AND completion_minutes IS NULL
            """
        return Int(try transaction.firstRow(sql, [.text(account)])?.integer("count") ?? 0)
    }

    /// Those of some images, ordered by id.
    package func copies(of images: [ImageID]) throws -> [SnapshotCopy] {
        let sql = "SELECT * FROM copies WHERE image_id IN (\(Transaction.marks(images.count))) ORDER BY id"
        return try transaction.rows(sql, images.map { .text($0) }).map(SnapshotCopy.init(row:))
    }

    package func insert(_ copy: SnapshotCopy) throws {
        try transaction.execute(
            """
            INSERT INTO copies (id, snapshot_id, account, image_id, source_region, source_snapshot_id, source_root, source_domain, created_at,
                began_at, ended_at, completion_minutes, set_aside, clock_started_at, state, bytes_total, bytes_done, bytes_moved, attempts, due_at,
                reason_code, reason_message, lease_owner, lease_until)
            VALUES (\(Transaction.marks(22)), NULL, 0)
            """,
            [
                .text(copy.id), .text(copy.snapshotID), .text(copy.account), .text(copy.imageID), .text(copy.sourceRegion),
                .text(copy.sourceSnapshotID), .bytes(copy.sourceRoot), .bytes(copy.sourceDomain?.bytes), .date(copy.createdAt),
                .date(copy.beganAt), .date(copy.endedAt), .integer(copy.target?.minutes),
                .integer(copy.target?.setAside.bytesPerSecond ?? 0), .date(copy.target?.startedAt), .text(copy.state),
                .integer(copy.progress.bytesTotal), .integer(copy.progress.bytesDone), .integer(copy.progress.bytesMoved),
                .integer(copy.retries.attempts), .date(copy.retries.dueAt), .text(copy.reason?.code), .text(copy.reason?.message),
            ]
        )
    }

    package func update(_ copy: SnapshotCopy) throws {
        try transaction.execute(
            """
            UPDATE copies SET state = ?, bytes_total = ?, bytes_done = ?, bytes_moved = ?, attempts = ?, due_at = ?,
                reason_code = ?, reason_message = ?, began_at = ?, ended_at = ? WHERE id = ?
            """,
            [
                .text(copy.state), .integer(copy.progress.bytesTotal), .integer(copy.progress.bytesDone),
                .integer(copy.progress.bytesMoved), .integer(copy.retries.attempts), .date(copy.retries.dueAt),
                .text(copy.reason?.code), .text(copy.reason?.message), .date(copy.beganAt), .date(copy.endedAt), .text(copy.id),
            ]
        )
    }

    /// Whether any is to be driven, by whomever.
    package func hasRunning() throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM copies WHERE state = 'running' LIMIT 1") != nil
    }

    /// The Regions from which copies wait for somebody to drive them.
    package func waitingSources(at now: Date) throws -> [Region] {
        let sql = "SELECT DISTINCT source_region FROM copies WHERE state = 'running' AND \(Self.isFree) ORDER BY source_region"
        return try transaction.rows(sql, [.date(now), .date(now)]).map { try $0.value("source_region") }
    }

    /// Running copies whose source is none of these Regions.
    package func running(notFrom regions: Set<Region>) throws -> [SnapshotCopy] {
        let sql = "SELECT * FROM copies WHERE state = 'running' AND source_region NOT IN (\(Transaction.marks(regions.count))) ORDER BY id"
        return try transaction.rows(sql, regions.map { .text($0) }).map(SnapshotCopy.init(row:))
    }

    /// Running copies from a Region that are due and whose lease is free.
    ///
    /// The accounts take turns, and each account's oldest copy comes first. A copy that runs already counts as a turn that its account
    /// has had, so that whoever has none running is next. A time-based copy is left out until its minutes have begun to run.
    package func waiting(_ limit: Int, of type: TransferType = .standard, from source: Region, at now: Date) throws -> [SnapshotCopy] {
        let ours = "state = 'running' AND source_region = ? AND " + Self.condition(of: type)
        return try transaction.rows(
            """
            SELECT copies.* FROM copies
            JOIN (
                SELECT id, ROW_NUMBER() OVER (PARTITION BY account ORDER BY created_at, id) AS place
                FROM copies WHERE \(ours) AND \(Self.isFree)
            ) AS queue ON queue.id = copies.id
            LEFT JOIN (
                SELECT account, COUNT(*) AS held FROM copies WHERE \(ours) AND lease_until >= ? GROUP BY account
            ) AS busy ON busy.account = copies.account
            ORDER BY queue.place + COALESCE(busy.held, 0), copies.created_at, copies.id LIMIT ?
            """,
            [.text(source), .date(now), .date(now), .text(source), .date(now), .integer(max(0, limit))]
        ).map(SnapshotCopy.init(row:))
    }

    /// The running copies whose lease an owner took last, whether it has run out or not.
    package func leased(by owner: String) throws -> [CopyID] {
        try transaction.rows("SELECT id FROM copies WHERE state = 'running' AND lease_owner = ?", [.text(owner)]).map { try $0.value("id") }
    }

    package func delete(of snapshot: SnapshotID) throws {
        try transaction.execute("DELETE FROM copies WHERE snapshot_id = ?", [.text(snapshot)])
    }

    private static let isFree = "due_at <= ? AND lease_until < ?"

    private static func condition(of type: TransferType) -> String {
        switch type {
        case .standard: "completion_minutes IS NULL"
        case .timeBased: "clock_started_at IS NOT NULL"
        }
    }
}

extension SnapshotCopy {
    init(row: SQLRow) throws {
        var target: CompletionTarget?
        if let minutes = try row.optionalInteger("completion_minutes") {
            target = CompletionTarget(
                minutes: Int(minutes),
                setAside: Throughput(bytesPerSecond: try row.integer("set_aside")),
                startedAt: try row.optionalDate("clock_started_at")
            )
        }
        var reason: StateReason?
        if let code = try row.optionalText("reason_code") {
            reason = StateReason(code: code, message: try row.optionalText("reason_message") ?? "")
        }
        try self.init(
            id: row.value("id"),
            snapshotID: row.value("snapshot_id"),
            account: row.value("account"),
            imageID: row.optionalValue("image_id"),
            sourceRegion: row.value("source_region"),
            sourceSnapshotID: row.value("source_snapshot_id"),
            sourceRoot: row.bytes("source_root"),
            sourceDomain: row.domain("source_domain"),
            createdAt: row.date("created_at"),
            beganAt: row.optionalDate("began_at"),
            endedAt: row.optionalDate("ended_at"),
            target: target,
            state: row.value("state"),
            progress: Progress(
                bytesTotal: row.integer("bytes_total"),
                bytesDone: row.integer("bytes_done"),
                bytesMoved: row.integer("bytes_moved")
            ),
            retries: Retries(attempts: Int(row.integer("attempts")), dueAt: row.date("due_at")),
            reason: reason
        )
    }
}
