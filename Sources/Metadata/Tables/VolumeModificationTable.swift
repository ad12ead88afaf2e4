import Domain
import Foundation

/// The modifications of volumes: those of the last day, and the latest of each.
package struct VolumeModificationTable {
    private static let isRunning = "state IN ('modifying', 'optimizing')"
    private static let isLatest =
        "number = (SELECT MAX(number) FROM volume_modifications AS others WHERE others.volume_id = latest.volume_id)"

    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Those of a volume, the latest first.
    package func all(of id: VolumeID) throws -> [VolumeModification] {
        let sql = "SELECT * FROM volume_modifications WHERE volume_id = ? ORDER BY number DESC"
        return try transaction.rows(sql, [.text(id)]).map(VolumeModification.init(row:))
    }

    package func last(of id: VolumeID) throws -> VolumeModification? {
        let sql = "SELECT * FROM volume_modifications WHERE volume_id = ? ORDER BY number DESC LIMIT 1"
        return try transaction.firstRow(sql, [.text(id)]).map(VolumeModification.init(row:))
    }

    /// The latest of each volume of an account behind a volume, in the order of the volumes.
    package func page(of account: AccountID, after id: VolumeID?, limit: Int) throws -> [VolumeModification] {
        let sql = """
            SELECT * FROM volume_modifications AS latest WHERE account = ? AND volume_id > ? AND \(Self.isLatest) ORDER BY volume_id LIMIT ?
            """
        return try transaction.rows(sql, [.text(account), .text(id?.rawValue ?? ""), .integer(limit)]).map(VolumeModification.init(row:))
    }

    /// Those that have a next step now, at most `limit`.
    package func due(at now: Date, limit: Int) throws -> [VolumeModification] {
        let sql = """
            SELECT * FROM volume_modifications WHERE \(Self.isRunning) AND (state = 'modifying' OR due_at <= ?)
            ORDER BY due_at, volume_id LIMIT ?
            """
        return try transaction.rows(sql, [.date(now), .integer(limit)]).map(VolumeModification.init(row:))
    }

    /// Begins a modification. From now on what the volume is to become is counted, and what it was is not.
    package func insert(_ modification: VolumeModification) throws {
        try transaction.execute(
            """
            INSERT INTO volume_modifications (volume_id, number, account, original, target, state, started_at, due_at, ended_at)
            VALUES (\(Transaction.marks(9)))
            """,
            [
                .text(modification.volume), .integer(modification.number), .text(modification.account), try .json(modification.original),
                try .json(modification.target), .text(modification.state), .date(modification.startedAt), .date(modification.dueAt),
                .date(modification.endedAt),
            ]
        )
        let usage = VolumeUsage(transaction)
        try usage.add(1, modification.target, of: modification.account)
        try usage.add(-1, modification.original, of: modification.account)
    }

    /// Saves how far a modification is.
    package func update(_ modification: VolumeModification) throws {
        try transaction.execute(
            "UPDATE volume_modifications SET state = ?, ended_at = ? WHERE volume_id = ? AND number = ?",
            [.text(modification.state), .date(modification.endedAt), .text(modification.volume), .integer(modification.number)]
        )
    }

    /// Forgets those of a volume that began before a date, but for the latest.
    package func deleteOld(of id: VolumeID, before date: Date) throws {
        guard let last = try last(of: id) else { return }
        try transaction.execute(
            "DELETE FROM volume_modifications WHERE volume_id = ? AND number < ? AND started_at < ?",
            [.text(id), .integer(last.number), .date(date)]
        )
    }

    func deleteAll(of id: VolumeID) throws {
        try transaction.execute("DELETE FROM volume_modifications WHERE volume_id = ?", [.text(id)])
    }
}

extension VolumeModification {
    fileprivate init(row: SQLRow) throws {
        try self.init(
            volume: row.value("volume_id"),
            account: row.value("account"),
            number: Int(row.integer("number")),
            original: row.json("original"),
            target: row.json("target"),
            state: row.value("state"),
            startedAt: row.date("started_at"),
            dueAt: row.date("due_at"),
            endedAt: row.optionalDate("ended_at")
        )
    }
}
