import Domain

/// What refers to content of a Region: the roots from which a collection starts. Read page by page, in the order of their keys.
package struct RootTable {
    let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Whether anything refers to content.
    package func hasAny() throws -> Bool {
        let sql = """
            SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM snapshots WHERE root IS NOT NULL)
            OR EXISTS (SELECT 1 FROM segments) OR EXISTS (SELECT 1 FROM multipart_parts)
            OR EXISTS (SELECT 1 FROM volumes WHERE base IS NOT NULL) OR EXISTS (SELECT 1 FROM volume_snapshots WHERE base IS NOT NULL)
            OR EXISTS (SELECT 1 FROM instance_disks WHERE root IS NOT NULL)
            """
        return try transaction.firstRow(sql) != nil
    }

    /// Completed snapshots and their roots, behind an id.
    package func snapshots(after id: SnapshotID?, limit: Int) throws -> [(id: SnapshotID, root: [UInt8], domain: DomainID?)] {
        let sql = "SELECT id, root, domain FROM snapshots WHERE id > ? AND root IS NOT NULL ORDER BY id LIMIT ?"
        return try transaction.rows(sql, [.text(id?.rawValue ?? ""), .integer(limit)]).map {
            (try $0.value("id"), try $0.bytes("root"), try $0.domain("domain"))
        }
    }

    /// Snapshots that are being uploaded, and the root that each is laid over.
    package func uploads() throws -> [(id: SnapshotID, parentRoot: [UInt8]?, domain: DomainID?)] {
        // A child lies in the domain of its parent.
        let sql = """
            SELECT snapshot_id, parent_root, domain FROM uploads JOIN snapshots ON snapshots.id = snapshot_id ORDER BY snapshot_id
            """
        return try transaction.rows(sql).map {
            (try $0.value("snapshot_id"), try $0.optionalBytes("parent_root"), try $0.domain("domain"))
        }
    }

    /// The parts of multipart uploads: read before the segments that they become.
    package func parts(after upload: String, number: Int64, limit: Int) throws -> [(upload: String, number: Int64, root: StoredRoot)] {
        let sql = """
            SELECT upload_id, number, root, domain, bucket, key FROM multipart_parts
            JOIN multipart_uploads ON multipart_uploads.id = upload_id
            WHERE (upload_id, number) > (?, ?) ORDER BY upload_id, number LIMIT ?
            """
        return try transaction.rows(sql, [.text(upload), .integer(number), .integer(limit)]).map {
            (try $0.text("upload_id"), try $0.integer("number"), try StoredRoot($0))
        }
    }

    /// What objects consist of. New ones come behind all others.
    package func segments(after object: Int64, position: Int64, limit: Int) throws -> [(object: Int64, position: Int64, root: StoredRoot)] {
        let sql = """
            SELECT object, position, root, domain, bucket, key FROM segments JOIN objects ON objects.number = object
            WHERE (object, position) > (?, ?) ORDER BY object, position LIMIT ?
            """
        return try transaction.rows(sql, [.integer(object), .integer(position), .integer(limit)]).map {
            (try $0.integer("object"), try $0.integer("position"), try StoredRoot($0))
        }
    }

    /// Where copies that run come from and the domains that they go into, each once.
    package func copies() throws -> [RunningRoot] {
        let sql = """
            SELECT DISTINCT source_region, source_root, source_domain, domain FROM copies JOIN snapshots ON snapshots.id = snapshot_id
            WHERE copies.state = 'running'
            """
        return try transaction.rows(sql).map {
            RunningRoot(
                source: try $0.value("source_region"),
                root: try $0.bytes("source_root"),
                origin: try $0.domain("source_domain"),
                destination: try $0.domain("domain")
            )
        }
    }
}

/// A map that an object needs.
package struct StoredRoot: Hashable, Sendable {
    package let root: [UInt8]
    package let domain: DomainID?
    package let bucket: BucketName
    package let key: ObjectKey

    init(_ row: SQLRow) throws {
        root = try row.bytes("root")
        domain = try row.domain("domain")
        bucket = try row.value("bucket")
        key = try row.objectKey("key")
    }
}

/// The map that a running copy reads, and where it writes.
package struct RunningRoot: Hashable, Sendable {
    package let source: Region
    package let root: [UInt8]
    /// Nil for the open domain, as everywhere in rows.
    package let origin: DomainID?
    package let destination: DomainID?
}

extension SQLRow {
    func domain(_ column: String) throws -> DomainID? {
        guard let bytes = try optionalBytes(column) else { return nil }
        guard let domain = DomainID(bytes: bytes) else { throw CorruptRow(column: column) }
        return domain
    }
}
