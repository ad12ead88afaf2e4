import Domain

/// What the frames add up to, when they are settled. Bytes.
extension UsageTable {
    /// What only this snapshot holds.
    package func alone(_ id: SnapshotID) throws -> Int64 {
        try sum("SELECT SUM(bytes) AS bytes FROM frames WHERE snapshot = (SELECT number FROM snapshots WHERE id = ?)", [.text(id)])
    }

    /// What only the snapshots hold that this image alone uses.
    package func alone(_ id: ImageID) throws -> Int64 {
        try sum("SELECT SUM(bytes) AS bytes FROM frames WHERE image = (SELECT number FROM images WHERE id = ?)", [.text(id)])
    }

    /// All that is under the roots of snapshots, each frame once.
    package func total(_ ids: [SnapshotID]) throws -> Int64 {
        let sql = """
            WITH roots (number) AS (SELECT root FROM snapshots WHERE id IN (\(Transaction.marks(ids.count)))),
                pages (number) AS (SELECT child FROM links WHERE parent IN (SELECT number FROM roots))
            SELECT SUM(bytes) AS bytes FROM frames WHERE number IN (
                SELECT number FROM roots UNION SELECT number FROM pages
                UNION SELECT child FROM links WHERE parent IN (SELECT number FROM pages)
            )
            """
        return try sum(sql, ids.map { .text($0) })
    }

    /// What completed snapshots hold.
    package func held() throws -> Int64 { try sum("SELECT SUM(bytes) AS bytes FROM frames WHERE snapshot >= 0", []) }

    /// What only uploads and copies hold.
    package func unfinished() throws -> Int64 { try sum("SELECT SUM(bytes) AS bytes FROM frames WHERE snapshot = -1", []) }

    /// What only objects in buckets hold.
    package func objects() throws -> Int64 { try sum("SELECT SUM(bytes) AS bytes FROM frames WHERE snapshot = -2", []) }

    /// What only volumes hold.
    package func volumes() throws -> Int64 { try sum("SELECT SUM(bytes) AS bytes FROM frames WHERE snapshot = -3", []) }

    private func sum(_ sql: String, _ values: [SQLValue]) throws -> Int64 {
        try transaction.firstRow(sql, values)?.optionalInteger("bytes") ?? 0
    }
}
