import Domain
import Foundation

/// Snapshots that are being written through the EBS direct APIs, and the blocks that they have so far.
package struct UploadTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func upload(_ id: SnapshotID) throws -> Upload? {
        try transaction.firstRow("SELECT * FROM uploads WHERE snapshot_id = ?", [.text(id)]).map(Upload.init)
    }

    /// Whether there is one whose client has said that it is complete.
    package func hasSealed() throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM uploads WHERE is_sealed = 1 LIMIT 1") != nil
    }

    /// At most `limit` sealed ones that are due and have a free lease, those first that wait longest.
    package func sealed(_ limit: Int, at now: Date) throws -> [Upload] {
        let sql = "SELECT * FROM uploads WHERE is_sealed = 1 AND due_at <= ? AND lease_until < ? ORDER BY due_at, snapshot_id LIMIT ?"
        return try transaction.rows(sql, [.date(now), .date(now), .integer(max(0, limit))]).map(Upload.init)
    }

    /// The sealed ones that an owner has leased.
    package func sealed(leasedBy owner: String) throws -> Set<SnapshotID> {
        let sql = "SELECT snapshot_id FROM uploads WHERE is_sealed = 1 AND lease_owner = ?"
        return Set(try transaction.rows(sql, [.text(owner)]).map { try $0.value("snapshot_id") })
    }

    /// Nobody finishes it before a date.
    package func postpone(_ id: SnapshotID, to date: Date) throws {
        try transaction.execute("UPDATE uploads SET due_at = ? WHERE snapshot_id = ?", [.date(date), .text(id)])
    }

    /// Uploads that got no block for longer than their timeout.
    package func expired(at date: Date, limit: Int) throws -> [Upload] {
        let sql = "SELECT * FROM uploads WHERE is_sealed = 0 AND last_put_at + timeout_minutes * 60000 < ? ORDER BY snapshot_id LIMIT ?"
        return try transaction.rows(sql, [.date(date), .integer(limit)]).map(Upload.init)
    }

    /// How many an account has.
    package func count(of account: AccountID) throws -> Int {
        let sql = """
            SELECT COUNT(*) AS count FROM uploads CROSS JOIN snapshots WHERE snapshots.id = uploads.snapshot_id AND snapshots.owner = ?
            """
        return Int(try transaction.firstRow(sql, [.text(account)])?.integer("count") ?? 0)
    }

    package func insert(_ upload: Upload) throws {
        try transaction.execute(
            "INSERT INTO uploads (snapshot_id, parent_root, timeout_minutes, last_put_at, is_sealed) VALUES (?, ?, ?, ?, ?)",
            [
                .text(upload.snapshotID), .bytes(upload.parentRoot), .integer(upload.timeoutMinutes), .date(upload.lastPutAt),
                .flag(upload.isSealed),
            ]
        )
    }

    /// Records blocks; a later one replaces an earlier one.
    package func put(_ blocks: [UploadBlock], into id: SnapshotID, at date: Date) throws {
        // Everybody takes rows in this order, so that no two wait for each other.
        for block in blocks.sorted(by: { $0.index < $1.index }) {
            try transaction.execute(
                """
                INSERT INTO upload_blocks (snapshot_id, block_index, address, sealed_digest) VALUES (?, ?, ?, ?)
                ON CONFLICT (snapshot_id, block_index) DO UPDATE SET address = excluded.address, sealed_digest = excluded.sealed_digest
                """,
                [.text(id), .integer(block.index), .bytes(block.address), .bytes(block.sealedDigest)]
            )
        }
        try transaction.execute("UPDATE uploads SET last_put_at = ? WHERE snapshot_id = ?", [.date(date), .text(id)])
    }

    package func seal(_ id: SnapshotID) throws {
        try transaction.execute("UPDATE uploads SET is_sealed = 1 WHERE snapshot_id = ?", [.text(id)])
    }

    package func blockCount(of id: SnapshotID) throws -> Int64 {
        let sql = "SELECT COUNT(*) AS count FROM upload_blocks WHERE snapshot_id = ?"
        return try transaction.firstRow(sql, [.text(id)])?.integer("count") ?? 0
    }

    /// At most `limit` blocks from an index on, ascending.
    package func blocks(of id: SnapshotID, from index: Int64, limit: Int) throws -> [UploadBlock] {
        let sql = """
            SELECT block_index, address, sealed_digest FROM upload_blocks WHERE snapshot_id = ? AND block_index >= ? ORDER BY block_index LIMIT ?
            """
        return try transaction.rows(sql, [.text(id), .integer(index), .integer(limit)]).map { row in
            UploadBlock(
                index: try row.integer("block_index"),
                address: try row.optionalBytes("address"),
                sealedDigest: try row.optionalBytes("sealed_digest")
            )
        }
    }

    package func delete(_ id: SnapshotID) throws {
        try transaction.execute("DELETE FROM upload_blocks WHERE snapshot_id = ?", [.text(id)])
        try transaction.execute("DELETE FROM uploads WHERE snapshot_id = ?", [.text(id)])
    }
}

/// A block that an upload has so far.
package struct UploadBlock: Hashable, Sendable {
    package let index: Int64
    /// Where it stands; nil for a block of zeros.
    package let address: [UInt8]?
    /// Its digest, for a sealed domain, where the address does not tell it.
    package let sealedDigest: [UInt8]?

    package init(index: Int64, address: [UInt8]?, sealedDigest: [UInt8]? = nil) {
        self.index = index
        self.address = address
        self.sealedDigest = sealedDigest
    }
}

/// A snapshot that is being written through the EBS direct APIs.
package struct Upload: Identifiable, Sendable {
    package var id: SnapshotID { snapshotID }
    package let snapshotID: SnapshotID
    /// The block map that the uploaded blocks are laid over.
    package let parentRoot: [UInt8]?
    package let timeoutMinutes: Int
    package let lastPutAt: Date
    package let isSealed: Bool

    package init(snapshotID: SnapshotID, parentRoot: [UInt8]?, timeoutMinutes: Int, lastPutAt: Date, isSealed: Bool = false) {
        self.snapshotID = snapshotID
        self.parentRoot = parentRoot
        self.timeoutMinutes = timeoutMinutes
        self.lastPutAt = lastPutAt
        self.isSealed = isSealed
    }

    init(_ row: SQLRow) throws {
        try self.init(
            snapshotID: row.value("snapshot_id"),
            parentRoot: row.optionalBytes("parent_root"),
            timeoutMinutes: Int(row.integer("timeout_minutes")),
            lastPutAt: row.date("last_put_at"),
            isSealed: row.flag("is_sealed")
        )
    }
}
