import Domain
import Foundation

/// Snapshots. Reads attach the tags.
package struct SnapshotTable {
    let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Those of them that are there, ordered by id. What is in the Recycle Bin is not.
    ///
    /// - Parameter account: whose tags they carry; each owner's own when nil.
    package func snapshots(ids: [SnapshotID], taggedBy account: AccountID? = nil) throws -> [Snapshot] {
        try stored(ids, taggedBy: account).filter { $0.state != .recoverable }
    }

    /// Those of them that are in the Recycle Bin. Their tags are kept there.
    package func recycled(ids: [SnapshotID]) throws -> [Snapshot] { try stored(ids).filter { $0.state == .recoverable } }

    /// A snapshot, in the Recycle Bin or not: what is about the bytes alone.
    package func stored(_ id: SnapshotID) throws -> Snapshot? { try stored([id]).first }

    private func stored(_ ids: [SnapshotID], taggedBy account: AccountID? = nil) throws -> [Snapshot] {
        try load(
            transaction.rows(
                "SELECT * FROM snapshots WHERE id IN (\(Transaction.marks(ids.count))) ORDER BY id",
                ids.map { .text($0.rawValue) }
            ),
            taggedBy: account
        )
    }

    package func snapshot(_ id: SnapshotID) throws -> Snapshot? { try snapshots(ids: [id]).first }

    /// At most `limit` snapshots after an id, ordered by id; narrowed by what an index can find.
    ///
    /// - Parameter account: whose tags they carry; each owner's own when nil.
    package func page(
        of search: SnapshotSearch,
        after id: SnapshotID?,
        limit: Int,
        taggedBy account: AccountID? = nil
    ) throws -> [Snapshot] {
        let page = search.page(after: id?.rawValue, limit: limit)
        return try load(transaction.rows("SELECT * FROM snapshots WHERE \(page.sql)", page.values), taggedBy: account)
    }

    /// Those of them whose bytes are sealed.
    package func sealed(among ids: [SnapshotID]) throws -> Set<SnapshotID> {
        let sql = "SELECT id FROM snapshots WHERE id IN (\(Transaction.marks(ids.count))) AND domain IS NOT NULL"
        return Set(try transaction.rows(sql, ids.map { .text($0) }).map { try $0.value("id") })
    }

    /// The roots of the latest snapshots of an account and a lineage that are completed and stored in the open.
    package func openRoots(of owner: AccountID, lineage: SnapshotID, limit: Int) throws -> [[UInt8]] {
        let sql = """
            SELECT root FROM snapshots
            WHERE owner = ? AND lineage = ? AND state = 'completed' AND domain IS NULL AND root IS NOT NULL
            ORDER BY completed_at DESC, id LIMIT ?
            """
        return try transaction.rows(sql, [.text(owner), .text(lineage), .integer(limit)]).map { try $0.bytes("root") }
    }

    package func insert(_ snapshot: Snapshot) throws {
        try transaction.execute(
            """
            INSERT INTO snapshots (id, owner, volume_id, description, state, status_message, progress_percent, started_at, completed_at,
                size_gib, parent_id, lineage, root, data_bytes, transfer_type, completion_minutes, domain, kms_key, tier, restore_expires_at)
            VALUES (\(Transaction.marks(20)))
            """,
            [
                .text(snapshot.id), .text(snapshot.owner), .text(snapshot.volumeID), .text(snapshot.description), .text(snapshot.state),
                .text(snapshot.statusMessage), .integer(snapshot.progressPercent), .date(snapshot.startedAt), .date(snapshot.completedAt),
                .integer(snapshot.sizeGiB), .text(snapshot.parentID), .text(snapshot.lineage), .bytes(snapshot.root),
                .integer(snapshot.dataBytes), .text(snapshot.transferType), .integer(snapshot.completionMinutes),
                .bytes(snapshot.encryption?.domain.bytes), .text(snapshot.encryption?.keyARN), .text(snapshot.tier),
                .date(snapshot.restoreExpiresAt),
            ]
        )
        try QuotaUsageTable(transaction).add(1, .snapshot, of: snapshot.owner.rawValue)
    }

    /// What a pending snapshot of a volume is as large as: the volume may have grown since it was planned.
    package func setSize(_ gibibytes: Int, of id: SnapshotID) throws {
        try transaction.execute(
            "UPDATE snapshots SET size_gib = ? WHERE id = ? AND state = 'pending'",
            [.integer(gibibytes), .text(id)]
        )
    }

    package func setProgress(percent: Int, message: String?, of id: SnapshotID) throws {
        try transaction.execute(
            "UPDATE snapshots SET progress_percent = ?, status_message = COALESCE(?, status_message) WHERE id = ? AND state = 'pending'",
            [.integer(percent), .text(message), .text(id)]
        )
    }

    package func complete(_ id: SnapshotID, root: [UInt8], dataBytes: Int64, message: String?, at date: Date) throws {
        try transaction.execute(
            """
            UPDATE snapshots SET state = 'completed', progress_percent = 100, root = ?, data_bytes = ?, status_message = ?,
                completed_at = ? WHERE id = ? AND state = 'pending'
            """,
            [.bytes(root), .integer(dataBytes), .text(message), .date(date), .text(id)]
        )
    }

    /// Notes the map of what has come of a pending snapshot, so that a collection leaves it.
    package func keep(_ root: [UInt8]?, of id: SnapshotID) throws {
        try transaction.execute("UPDATE snapshots SET root = ? WHERE id = ? AND state = 'pending'", [.bytes(root), .text(id)])
    }

    package func fail(_ id: SnapshotID, message: String) throws {
        try transaction.execute(
            "UPDATE snapshots SET state = 'error', status_message = ? WHERE id = ? AND state = 'pending'",
            [.text(message), .text(id)]
        )
    }

    /// Puts a completed snapshot into the Recycle Bin, or takes it out.
    package func setRecycled(_ isRecycled: Bool, _ id: SnapshotID) throws {
        let (from, to) = isRecycled ? (SnapshotState.completed, .recoverable) : (.recoverable, SnapshotState.completed)
        try transaction.execute("UPDATE snapshots SET state = ? WHERE id = ? AND state = ?", [.text(to), .text(id), .text(from)])
    }

    package func delete(_ id: SnapshotID) throws {
        guard let row = try transaction.firstRow("SELECT owner FROM snapshots WHERE id = ?", [.text(id)]) else { return }
        try transaction.execute("DELETE FROM snapshots WHERE id = ?", [.text(id)])
        try QuotaUsageTable(transaction).add(-1, .snapshot, of: row.text("owner"))
    }

    private func load(_ rows: [SQLRow], taggedBy account: AccountID?) throws -> [Snapshot] {
        let tags = try TagTable(transaction).tags(on: rows, by: account)
        return try rows.map { row in
            try Snapshot(
                id: row.value("id"),
                owner: row.value("owner"),
                volumeID: row.text("volume_id"),
                description: row.text("description"),
                state: row.value("state"),
                statusMessage: row.optionalText("status_message"),
                progressPercent: Int(row.integer("progress_percent")),
                startedAt: row.date("started_at"),
                completedAt: row.optionalDate("completed_at"),
                sizeGiB: Int(row.integer("size_gib")),
                parentID: row.optionalValue("parent_id"),
                lineage: row.value("lineage"),
                root: row.optionalBytes("root"),
                dataBytes: row.optionalInteger("data_bytes"),
                transferType: row.optionalValue("transfer_type"),
                completionMinutes: row.optionalInteger("completion_minutes").map(Int.init),
                encryption: SnapshotEncryption(row: row),
                tier: row.value("tier"),
                restoreExpiresAt: row.optionalDate("restore_expires_at"),
                tags: tags[row.text("id")] ?? []
            )
        }
    }
}

extension SnapshotEncryption {
    /// Nil for a snapshot that is stored in the open.
    init?(row: SQLRow) throws {
        guard let bytes = try row.optionalBytes("domain") else { return nil }
        guard let domain = DomainID(bytes: bytes) else { throw CorruptRow(column: "domain") }
        self.init(domain: domain, keyARN: try row.text("kms_key"))
    }
}
