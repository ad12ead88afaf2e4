import Domain

/// What volumes and the pending snapshots of volumes were made of.
extension RootTable {
    /// Volumes and the disks of instances, and the roots of their bases, behind an id.
    package func volumes(after id: VolumeID?, limit: Int) throws -> [(id: VolumeID, root: [UInt8], domain: DomainID?)] {
        let sql = """
            SELECT id, base, base_domain FROM volumes WHERE id > ? AND base IS NOT NULL
            UNION ALL SELECT id, root, NULL FROM instance_disks WHERE id > ? AND root IS NOT NULL ORDER BY id LIMIT ?
            """
        let after = SQLValue.text(id?.rawValue ?? "")
        return try transaction.rows(sql, [after, after, .integer(limit)]).map {
            (try $0.value("id"), try $0.bytes("base"), try $0.domain("base_domain"))
        }
    }

    /// Whether a volume or the disk of an instance is still there.
    package func hasVolume(_ id: VolumeID) throws -> Bool {
        let sql = "SELECT id FROM volumes WHERE id = ? UNION ALL SELECT id FROM instance_disks WHERE id = ?"
        return try transaction.firstRow(sql, [.text(id), .text(id)]) != nil
    }

    /// The same of pending snapshots of volumes: as many as accounts may have pending. Read before the volumes, which may go first.
    package func volumeSnapshots() throws -> [(id: SnapshotID, root: [UInt8], domain: DomainID?)] {
        let sql = "SELECT snapshot_id, base, base_domain FROM volume_snapshots WHERE base IS NOT NULL ORDER BY snapshot_id"
        return try transaction.rows(sql).map { (try $0.value("snapshot_id"), try $0.bytes("base"), try $0.domain("base_domain")) }
    }
}
