import Domain

/// What pending snapshots of volumes are made of.
package struct VolumeSnapshotTable {
    package struct Row: Sendable, Equatable {
        package let snapshot: SnapshotID
        package let volume: VolumeID
        package let account: AccountID
        /// Nil for zeros.
        package let base: Volume.Base?

        package init(snapshot: SnapshotID, volume: VolumeID, account: AccountID, base: Volume.Base?) {
            self.snapshot = snapshot
            self.volume = volume
            self.account = account
            self.base = base
        }
    }

    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func row(of id: SnapshotID) throws -> Row? {
        try transaction.firstRow("SELECT * FROM volume_snapshots WHERE snapshot_id = ?", [.text(id)]).map { row in
            let domain = try row.domain("base_domain")
            return try Row(
                snapshot: row.value("snapshot_id"),
                volume: row.value("volume_id"),
                account: row.value("account"),
                base: row.optionalBytes("base").map { Volume.Base(root: $0, domain: domain) }
            )
        }
    }

    /// How many are pending of a volume.
    package func count(of id: VolumeID) throws -> Int { try count("volume_id", .text(id)) }

    /// How many are pending of an account's volumes.
    package func count(of account: AccountID) throws -> Int { try count("account", .text(account)) }

    package func insert(_ row: Row) throws {
        try transaction.execute(
            "INSERT INTO volume_snapshots (snapshot_id, volume_id, account, base, base_domain) VALUES (?, ?, ?, ?, ?)",
            [.text(row.snapshot), .text(row.volume), .text(row.account), .bytes(row.base?.root), .bytes(row.base?.domain?.bytes)]
        )
    }

    package func delete(_ id: SnapshotID) throws {
        try transaction.execute("DELETE FROM volume_snapshots WHERE snapshot_id = ?", [.text(id)])
    }

    private func count(_ column: String, _ value: SQLValue) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM volume_snapshots WHERE \(column) = ?"
        return Int(try transaction.firstRow(sql, [value])?.integer("count") ?? 0)
    }
}
