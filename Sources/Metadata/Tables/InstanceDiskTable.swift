import Domain
import Foundation

/// The root disks of instances of instance-store images.
package struct InstanceDiskTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func disk(_ id: VolumeID) throws -> InstanceDisk? {
        try transaction.firstRow("SELECT * FROM instance_disks WHERE id = ?", [.text(id)]).flatMap(InstanceDisk.init(row:))
    }

    package func disk(of instance: InstanceID) throws -> InstanceDisk? {
        try transaction.firstRow("SELECT * FROM instance_disks WHERE instance_id = ?", [.text(instance)])
            .flatMap(InstanceDisk.init(row:))
    }

    package func insert(_ disk: InstanceDisk) throws {
        let bundle = disk.bundle
        try transaction.execute(
            """
            INSERT INTO instance_disks (id, instance_id, image_id, image_owner, manifest_location, manifest_version, manifest_etag,
                bundle_image_bytes, bundle_bytes, root)
            VALUES (\(Transaction.marks(10)))
            """,
            [
                .text(disk.id), .text(disk.instance), .text(disk.image), .text(disk.owner), .text(bundle.manifest), .text(bundle.version),
                .text(bundle.etag), .integer(bundle.imageBytes), .integer(bundle.bundleBytes), .bytes(disk.root),
            ]
        )
    }

    /// The root of what the bundle of an image holds, where an instance of it has that already.
    package func root(of image: ImageID) throws -> [UInt8]? {
        let sql = "SELECT root FROM instance_disks WHERE image_id = ? AND root IS NOT NULL LIMIT 1"
        return try transaction.firstRow(sql, [.text(image)])?.bytes("root")
    }

    package func setRoot(_ root: [UInt8], of instance: InstanceID) throws {
        try transaction.execute("UPDATE instance_disks SET root = ? WHERE instance_id = ?", [.bytes(root), .text(instance)])
    }

    /// Lets go of a disk and of what it stands over.
    package func delete(_ disk: InstanceDisk, at now: Date) throws {
        try transaction.execute("DELETE FROM instance_disks WHERE id = ?", [.text(disk.id)])
        try ReleaseTable(transaction).insert(root: disk.root, at: now)
    }
}

extension InstanceDisk {
    fileprivate init?(row: SQLRow) throws {
        guard let bundle = try ImageBundle(row: row) else { return nil }
        try self.init(
            id: row.value("id"),
            instance: row.value("instance_id"),
            image: row.value("image_id"),
            owner: row.value("image_owner"),
            bundle: bundle,
            root: row.optionalBytes("root")
        )
    }
}
