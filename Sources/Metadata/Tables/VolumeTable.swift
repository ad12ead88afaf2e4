import Domain
import Foundation

/// Volumes. Reads attach the owner's tags, and where they are attached.
package struct VolumeTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func volume(_ id: VolumeID) throws -> Volume? { try volumes(ids: [id]).first }

    /// Those of them that are there, ordered by id.
    package func volumes(ids: [VolumeID]) throws -> [Volume] {
        let sql = "SELECT * FROM volumes WHERE id IN (\(Transaction.marks(ids.count))) ORDER BY id"
        return try load(transaction.rows(sql, ids.map { .text($0) }))
    }

    /// At most `limit` volumes after an id, ordered by id; narrowed by what an index can find.
    package func page(of search: VolumeSearch, after id: VolumeID?, limit: Int) throws -> [Volume] {
        let page = search.page(after: id?.rawValue, limit: limit)
        return try load(transaction.rows("SELECT * FROM volumes WHERE \(page.sql)", page.values))
    }

    /// What is attached to instances, by the instance.
    package func attachments(toInstances ids: [InstanceID]) throws -> [InstanceID: [VolumeAttachment]] {
        let sql = "SELECT * FROM volume_attachments WHERE instance_id IN (\(Transaction.marks(ids.count))) ORDER BY instance_id, volume_id"
        let found = try transaction.rows(sql, ids.map { .text($0) }).map { try VolumeAttachment(row: $0) }
        return Dictionary(grouping: found, by: \.instance)
    }

    /// The volumes of an instance, ordered by id.
    package func volumes(of instance: InstanceID) throws -> [Volume] {
        let sql = """
            SELECT volumes.* FROM volumes JOIN volume_attachments ON volume_attachments.volume_id = volumes.id
            WHERE volume_attachments.instance_id = ? ORDER BY volumes.id
            """
        return try load(transaction.rows(sql, [.text(instance)]))
    }

    package func insert(_ volume: Volume) throws {
        try transaction.execute(
            """
            INSERT INTO volumes (id, owner, zone, state, type, size_gib, iops, throughput, multi_attach, created_at, snapshot_id, base,
                base_domain, domain, kms_key, lineage, parent_id, auto_enable_io, initialization_rate, merged_through)
            VALUES (\(Transaction.marks(20)))
            """,
            [
                .text(volume.id), .text(volume.owner), .text(volume.zone), .text(volume.state), .text(volume.shape.type),
                .integer(volume.shape.sizeGiB), .integer(volume.shape.iops), .integer(volume.shape.throughput),
                .flag(volume.shape.isMultiAttachEnabled), .date(volume.createdAt), .text(volume.snapshotID), .bytes(volume.base?.root),
                .bytes(volume.base?.domain?.bytes), .bytes(volume.encryption?.domain.bytes), .text(volume.encryption?.keyARN),
                .text(volume.lineage), .text(volume.parentID), .flag(volume.enablesIOByItself), .integer(volume.initializationRate),
                .integer(Int(volume.mergedThrough)),
            ]
        )
        try write(volume.attachments, of: volume.id)
        try VolumeUsage(transaction).add(1, volume.shape, of: volume.owner)
    }

    /// Saves what can change of a volume but its shape: state, attachments, lineage and attributes.
    package func update(_ volume: Volume) throws {
        try transaction.execute(
            "UPDATE volumes SET state = ?, lineage = ?, parent_id = ?, auto_enable_io = ? WHERE id = ?",
            [.text(volume.state), .text(volume.lineage), .text(volume.parentID), .flag(volume.enablesIOByItself), .text(volume.id)]
        )
        try transaction.execute("DELETE FROM volume_attachments WHERE volume_id = ?", [.text(volume.id)])
        try write(volume.attachments, of: volume.id)
    }

    /// Gives a volume the shape that was counted when its modification began.
    package func setShape(_ shape: VolumeShape, of id: VolumeID) throws {
        try transaction.execute(
            "UPDATE volumes SET type = ?, size_gib = ?, iops = ?, throughput = ?, multi_attach = ? WHERE id = ?",
            [
                .text(shape.type), .integer(shape.sizeGiB), .integer(shape.iops), .integer(shape.throughput),
                .flag(shape.isMultiAttachEnabled), .text(id),
            ]
        )
    }

    /// Puts a volume onto another base, which holds its layers up to one.
    package func rebase(_ id: VolumeID, onto base: Volume.Base, mergedThrough: UInt64) throws {
        try transaction.execute(
            "UPDATE volumes SET base = ?, base_domain = ?, merged_through = ? WHERE id = ?",
            [.bytes(base.root), .bytes(base.domain?.bytes), .integer(Int(mergedThrough)), .text(id)]
        )
    }

    /// Deletes a volume with its attachments and modifications.
    package func delete(_ volume: Volume) throws {
        let modifications = VolumeModificationTable(transaction)
        let last = try modifications.last(of: volume.id)
        // What it is to become is counted from the call on.
        try VolumeUsage(transaction).add(-1, last?.state == .modifying ? last?.target ?? volume.shape : volume.shape, of: volume.owner)
        try transaction.execute("DELETE FROM volume_attachments WHERE volume_id = ?", [.text(volume.id)])
        try modifications.deleteAll(of: volume.id)
        try transaction.execute("DELETE FROM volumes WHERE id = ?", [.text(volume.id)])
    }

    private func write(_ attachments: [VolumeAttachment], of id: VolumeID) throws {
        for attachment in attachments {
            try transaction.execute(
                """
                INSERT INTO volume_attachments (volume_id, instance_id, device, state, attached_at, deletes_on_termination)
                VALUES (\(Transaction.marks(6)))
                """,
                [
                    .text(id), .text(attachment.instance), .text(attachment.device), .text(attachment.state),
                    .date(attachment.attachedAt), .flag(attachment.deletesOnTermination),
                ]
            )
        }
    }

    private func load(_ rows: [SQLRow]) throws -> [Volume] {
        let tags = try TagTable(transaction).tags(on: rows, by: nil)
        let attachments = try attachments(of: rows.map { try $0.text("id") })
        return try rows.map { row in
            let id = try row.text("id")
            return try Volume(row: row, attachments: attachments[id] ?? [], tags: tags[id] ?? [])
        }
    }

    private func attachments(of ids: [String]) throws -> [String: [VolumeAttachment]] {
        let sql = """
            SELECT * FROM volume_attachments WHERE volume_id IN (\(Transaction.marks(ids.count))) ORDER BY volume_id, instance_id
            """
        return try transaction.rows(sql, ids.map { .text($0) }).reduce(into: [:]) { found, row in
            found[try row.text("volume_id"), default: []].append(try VolumeAttachment(row: row))
        }
    }
}

extension VolumeAttachment {
    fileprivate init(row: SQLRow) throws {
        try self.init(
            volume: row.value("volume_id"),
            instance: row.value("instance_id"),
            device: row.text("device"),
            state: row.value("state"),
            attachedAt: row.date("attached_at"),
            deletesOnTermination: row.flag("deletes_on_termination")
        )
    }
}

extension Volume {
    fileprivate init(row: SQLRow, attachments: [VolumeAttachment], tags: [Tag]) throws {
        let domain = try row.domain("base_domain")
        try self.init(
            id: row.value("id"),
            owner: row.value("owner"),
            zone: row.value("zone"),
            state: row.value("state"),
            shape: VolumeShape(
                stored: row.value("type"),
                sizeGiB: Int(row.integer("size_gib")),
                iops: row.optionalInteger("iops").map(Int.init),
                throughput: row.optionalInteger("throughput").map(Int.init),
                isMultiAttachEnabled: row.flag("multi_attach")
            ),
            createdAt: row.date("created_at"),
            snapshotID: row.optionalValue("snapshot_id"),
            base: row.optionalBytes("base").map { Base(root: $0, domain: domain) },
            mergedThrough: UInt64(row.integer("merged_through")),
            encryption: SnapshotEncryption(row: row),
            lineage: row.optionalValue("lineage"),
            parentID: row.optionalValue("parent_id"),
            enablesIOByItself: row.flag("auto_enable_io"),
            initializationRate: row.optionalInteger("initialization_rate").map(Int.init),
            attachments: attachments,
            tags: tags
        )
    }
}

/// How much storage and how many operations an account's volumes have, by their types. The tables of volumes keep it.
package struct VolumeUsage {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// GiB.
    package func storage(of type: VolumeType, by account: AccountID) throws -> Int {
        try QuotaUsageTable(transaction).count(.storage(of: type), of: account)
    }

    /// Operations a second; those of types whose operations no quota counts are not counted.
    package func iops(of type: VolumeType, by account: AccountID) throws -> Int {
        guard let kind = CountedKind.iops(of: type) else { return 0 }
        return try QuotaUsageTable(transaction).count(kind, of: account)
    }

    func add(_ sign: Int, _ shape: VolumeShape, of account: AccountID) throws {
        let table = QuotaUsageTable(transaction)
        try table.add(sign * shape.sizeGiB, .storage(of: shape.type), of: account.rawValue)
        if let kind = CountedKind.iops(of: shape.type) { try table.add(sign * (shape.iops ?? 0), kind, of: account.rawValue) }
    }
}
