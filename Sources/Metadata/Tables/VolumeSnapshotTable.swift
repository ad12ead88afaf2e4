import Domain

/// What pending snapshots of volumes are made of.
package struct VolumeSnapshotTable {
    package struct Row: Sendable, Equatable {
        package let snapshot: SnapshotID
        package let volume: VolumeID
        package let account: AccountID
        /// The volume's at the call, or what an earlier one has made since. Nil for zeros.
        package let base: Volume.Base?
        /// The last layer that is in the base; 0 for none.
        package let mergedThrough: UInt64
        /// The last layer that belongs to the snapshot; nil when nothing had been written to the volume.
        package let layer: UInt64?
        /// In which order those of a volume are made.
        package let number: Int

        package init(
            snapshot: SnapshotID,
            volume: VolumeID,
            account: AccountID,
            base: Volume.Base?,
            mergedThrough: UInt64 = 0,
            layer: UInt64? = nil,
            number: Int = 0
        ) {
            self.snapshot = snapshot
            self.volume = volume
            self.account = account
            self.base = base
            self.mergedThrough = mergedThrough
            self.layer = layer
            self.number = number
        }
    }

    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func row(of id: SnapshotID) throws -> Row? {
        try transaction.firstRow("SELECT * FROM volume_snapshots WHERE snapshot_id = ?", [.text(id)]).map(Row.init)
    }

    /// The latest of a volume that needs what was written to it.
    package func last(of id: VolumeID) throws -> Row? {
        let sql = "SELECT * FROM volume_snapshots WHERE volume_id = ? AND layer IS NOT NULL ORDER BY number DESC LIMIT 1"
        return try transaction.firstRow(sql, [.text(id)]).map(Row.init)
    }

    /// The number of the next of a volume.
    package func nextNumber(of id: VolumeID) throws -> Int {
        let sql = "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM volume_snapshots WHERE volume_id = ?"
        return Int(try transaction.firstRow(sql, [.text(id)])?.integer("number") ?? 1)
    }

    /// Puts those that are pending of a volume onto a base that holds its layers up to one.
    package func rebase(_ id: VolumeID, onto base: Volume.Base, mergedThrough: UInt64) throws {
        try transaction.execute(
            "UPDATE volume_snapshots SET base = ?, base_domain = ?, merged_through = ? WHERE volume_id = ? AND layer IS NOT NULL",
            [.bytes(base.root), .bytes(base.domain?.bytes), .integer(Int(mergedThrough)), .text(id)]
        )
    }

    /// How many are pending of a volume.
    package func count(of id: VolumeID) throws -> Int { try count("volume_id", .text(id)) }

    /// How many are pending of an account's volumes.
    package func count(of account: AccountID) throws -> Int { try count("account", .text(account)) }

    package func insert(_ row: Row) throws {
        try transaction.execute(
            """
            INSERT INTO volume_snapshots (snapshot_id, volume_id, account, base, base_domain, merged_through, layer, number)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(row.snapshot), .text(row.volume), .text(row.account), .bytes(row.base?.root), .bytes(row.base?.domain?.bytes),
                .integer(Int(row.mergedThrough)), .integer(row.layer.map(Int.init)), .integer(row.number),
            ]
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

extension VolumeSnapshotTable.Row {
    fileprivate init(_ row: SQLRow) throws {
        let domain = try row.domain("base_domain")
        try self.init(
            snapshot: row.value("snapshot_id"),
            volume: row.value("volume_id"),
            account: row.value("account"),
            base: row.optionalBytes("base").map { Volume.Base(root: $0, domain: domain) },
            mergedThrough: UInt64(row.integer("merged_through")),
            layer: row.optionalInteger("layer").map(UInt64.init),
            number: Int(row.integer("number"))
        )
    }
}
