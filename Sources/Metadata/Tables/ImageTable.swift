import Domain

/// Images and their devices. Reads attach the tags.
package struct ImageTable {
    let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// What is read of each image: its row, and whether it is public.
    private static let columns =
        "*, (SELECT COUNT(*) FROM image_shares AS share WHERE share.target = 'all' AND share.resource_id = images.id) AS public_shares"

    /// Images by id, deregistered ones included, ordered by id.
    ///
    /// - Parameter account: whose tags they carry; each owner's own when nil.
    package func images(ids: [ImageID], taggedBy account: AccountID? = nil) throws -> [Image] {
        try load(
            transaction.rows(
                "SELECT \(Self.columns) FROM images WHERE id IN (\(Transaction.marks(ids.count))) ORDER BY id",
                ids.map { .text($0.rawValue) }
            ),
            taggedBy: account
        )
    }

    package func image(_ id: ImageID, taggedBy account: AccountID? = nil) throws -> Image? {
        try images(ids: [id], taggedBy: account).first
    }

    /// At most `limit` images that are not deregistered, after an id, ordered by id; narrowed by what an index can find.
    ///
    /// - Parameter account: whose tags they carry; each owner's own when nil.
    package func page(of search: ImageSearch, after id: ImageID?, limit: Int, taggedBy account: AccountID? = nil) throws -> [Image] {
        let page = search.page(after: id?.rawValue, limit: limit)
        return try load(transaction.rows("SELECT \(Self.columns) FROM images WHERE \(page.sql)", page.values), taggedBy: account)
    }

    /// The image of an owner that holds a name: deregistered ones have given theirs back.
    package func holder(ofName name: String, owner: AccountID) throws -> ImageID? {
        let sql = "SELECT id FROM images WHERE owner = ? AND name = ? AND state <> 'deregistered'"
        return try transaction.firstRow(sql, [.text(owner), .text(name)])?.value("id")
    }

    /// The images, not deregistered, that use a snapshot, ordered by id.
    ///
    /// - Parameter owner: whose images; everybody's when nil.
    package func users(of snapshot: SnapshotID, owner: AccountID? = nil) throws -> [ImageID] {
        let sql = """
            SELECT DISTINCT images.id AS id FROM images JOIN image_devices ON image_devices.image_id = images.id
            WHERE image_devices.snapshot_id = ? AND images.state <> 'deregistered'\(owner == nil ? "" : " AND images.owner = ?")
            ORDER BY images.id
            """
        return try transaction.rows(sql, [.text(snapshot)] + (owner.map { [.text($0)] } ?? [])).map { try $0.value("id") }
    }

    /// The images of an owner that use a snapshot and are in use themselves, or will be, ordered by id.
    package func activeUsers(of snapshot: SnapshotID, owner: AccountID) throws -> [ImageID] {
        let sql = """
            SELECT DISTINCT images.id AS id FROM images JOIN image_devices ON image_devices.image_id = images.id
            WHERE image_devices.snapshot_id = ? AND images.owner = ? AND images.state IN ('pending', 'available') ORDER BY images.id
            """
        return try transaction.rows(sql, [.text(snapshot), .text(owner)]).map { try $0.value("id") }
    }

    package func count(owner: AccountID, state: ImageState) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM images WHERE owner = ? AND state = ?"
        return Int(try transaction.firstRow(sql, [.text(owner), .text(state)])?.integer("count") ?? 0)
    }

    package func insert(_ image: Image) throws {
        let traits = image.traits
        try transaction.execute(
            """
            INSERT INTO images (id, owner, name, description, state, reason_code, reason_message, created_at, architecture,
                virtualization, kernel_id, ramdisk_id, ena_support, sriov_net_support, boot_mode, tpm_support, imds_support, uefi_data,
                root_device_name, source_image_id, source_region, manifest_location, manifest_version, manifest_etag, bundle_image_bytes,
                bundle_bytes, deprecated_at, protection, protected_until, source_instance_id)
            VALUES (\(Transaction.marks(30)))
            """,
            [
                .text(image.id), .text(image.owner), .text(image.name), .text(image.description), .text(image.state),
                .text(image.stateReason?.code), .text(image.stateReason?.message), .date(image.createdAt), .text(traits.architecture),
                .text(traits.virtualization), .text(traits.kernelID), .text(traits.ramdiskID), .flag(traits.enaSupport),
                .text(traits.sriovNetSupport), .text(traits.bootMode), .text(traits.tpmSupport), .text(traits.imdsSupport),
                .text(traits.uefiData), .text(image.rootDeviceName), .text(image.source?.id), .text(image.source?.region),
                .text(image.bundle?.manifest), .text(image.bundle?.version), .text(image.bundle?.etag), .integer(image.bundle?.imageBytes),
                .integer(image.bundle?.bundleBytes), .date(image.deprecatedAt), .text(image.protection.columns.name),
                .date(image.protection.columns.end), .text(image.sourceInstance),
            ]
        )
        for (position, device) in image.devices.enumerated() { try insert(device, of: image.id, at: position) }
        if image.state.isCounted { try QuotaUsageTable(transaction).add(1, .image, of: image.owner.rawValue) }
    }

    package func setDescription(_ description: String, of id: ImageID) throws {
        try transaction.execute("UPDATE images SET description = ? WHERE id = ?", [.text(description), .text(id)])
    }

    /// How large the volumes are that devices make of a snapshot.
    package func setSize(_ gibibytes: Int, ofDevicesOver snapshot: SnapshotID) throws {
        try transaction.execute(
            "UPDATE image_devices SET size_gib = ? WHERE snapshot_id = ?",
            [.integer(gibibytes), .text(snapshot)]
        )
    }

    /// The object of the manifest that an instance-store image is made of.
    package func setManifest(version: String, etag: String, of id: ImageID) throws {
        try transaction.execute(
            "UPDATE images SET manifest_version = ?, manifest_etag = ? WHERE id = ?",
            [.text(version), .text(etag), .text(id)]
        )
    }

    package func setState(_ state: ImageState, reason: StateReason?, of id: ImageID) throws {
        try count(id, as: state)
        try transaction.execute(
            "UPDATE images SET state = ?, reason_code = ?, reason_message = ? WHERE id = ?",
            [.text(state), .text(reason?.code), .text(reason?.message), .text(id)]
        )
    }

    /// Keeps count of what an image becomes, or ceases to be.
    private func count(_ id: ImageID, as state: ImageState) throws {
        guard let row = try transaction.firstRow("SELECT owner, state FROM images WHERE id = ?", [.text(id)]) else { return }
        let former: ImageState = try row.value("state")
        let change = (state.isCounted ? 1 : 0) - (former.isCounted ? 1 : 0)
        try QuotaUsageTable(transaction).add(change, .image, of: row.text("owner"))
    }

    private func insert(_ device: BlockDevice, of image: ImageID, at position: Int) throws {
        var virtualName: String?
        if case .ephemeral(let name) = device.target { virtualName = name }
        let volume = device.volume
        try transaction.execute(
            """
            INSERT INTO image_devices (image_id, position, name, virtual_name, snapshot_id, size_gib, volume_type, iops, throughput,
                deletes_on_termination, encrypted)
            VALUES (\(Transaction.marks(11)))
            """,
            [
                .text(image), .integer(position), .text(device.name), .text(virtualName), .text(volume?.snapshotID),
                .integer(volume?.sizeGiB), .text(volume?.type), .integer(volume?.iops), .integer(volume?.throughput),
                volume.map { .flag($0.deletesOnTermination) } ?? .null, .flag(volume?.isEncrypted ?? false),
            ]
        )
    }

    private func load(_ rows: [SQLRow], taggedBy account: AccountID?) throws -> [Image] {
        let devices = try devices(of: rows.map { try $0.text("id") })
        let tags = try TagTable(transaction).tags(on: rows, by: account)
        return try rows.map { row in
            let id = try row.text("id")
            return try Image(row: row, devices: devices[id] ?? [], tags: tags[id] ?? [])
        }
    }

    private func devices(of ids: [String]) throws -> [String: [BlockDevice]] {
        let sql = "SELECT * FROM image_devices WHERE image_id IN (\(Transaction.marks(ids.count))) ORDER BY image_id, position"
        var devices: [String: [BlockDevice]] = [:]
        for row in try transaction.rows(sql, ids.map { .text($0) }) {
            devices[try row.text("image_id"), default: []].append(try BlockDevice(row: row))
        }
        return devices
    }
}
