import Domain

/// What refers to content of a Region: the roots from which a collection starts. Read page by page, in the order of their keys.
package struct RootTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Completed snapshots and their roots, behind an id.
    package func snapshots(after id: SnapshotID?, limit: Int) throws -> [(id: SnapshotID, root: [UInt8])] {
        let sql = "SELECT id, root FROM snapshots WHERE id > ? AND root IS NOT NULL ORDER BY id LIMIT ?"
        return try transaction.rows(sql, [.text(id?.rawValue ?? ""), .integer(limit)]).map { (try $0.value("id"), try $0.bytes("root")) }
    }

    /// Snapshots that are being uploaded, and the root that each is laid over.
    package func uploads() throws -> [(id: SnapshotID, parentRoot: [UInt8]?)] {
        try transaction.rows("SELECT snapshot_id, parent_root FROM uploads ORDER BY snapshot_id").map {
            (try $0.value("snapshot_id"), try $0.optionalBytes("parent_root"))
        }
    }

    /// Where copies that run come from, each root once.
    package func copies() throws -> [(source: Region, root: [UInt8])] {
        try transaction.rows("SELECT DISTINCT source_region, source_root FROM copies WHERE state = 'running'").map {
            (try $0.value("source_region"), try $0.bytes("source_root"))
        }
    }
}
