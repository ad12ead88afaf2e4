import Domain
import Foundation

/// Instances. Reads attach their owners' tags on them and on their interfaces, and the groups that they are in.
package struct InstanceTable {
    let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func instance(_ id: InstanceID) throws -> Instance? { try instances(ids: [id]).first }

    /// Those of them that are there, in the order of listings.
    package func instances(ids: [InstanceID]) throws -> [Instance] {
        let sql = "SELECT * FROM instances WHERE id IN (\(Transaction.marks(ids.count))) ORDER BY reservation, launch_index"
        return try load(transaction.rows(sql, ids.map { .text($0) }))
    }

    /// Those that one call has launched.
    package func instances(of reservation: ReservationID, by owner: AccountID) throws -> [Instance] {
        let sql = "SELECT * FROM instances WHERE owner = ? AND reservation = ? ORDER BY launch_index"
        return try load(transaction.rows(sql, [.text(owner), .text(reservation)]))
    }

    package func instance(withAssociation id: ProfileAssociationID) throws -> Instance? {
        try load(transaction.rows("SELECT * FROM instances WHERE profile_association = ?", [.text(id)])).first
    }

    /// At most `limit` instances behind a place, narrowed by what an index can find.
    package func page(of search: InstanceSearch, after place: InstancePlace?, limit: Int) throws -> [Instance] {
        let page = search.page(after: place, limit: limit)
        return try load(transaction.rows("SELECT * FROM instances WHERE \(page.sql)", page.values))
    }

    package func insert(_ instance: Instance) throws {
        let columns = try columns(of: instance)
        try transaction.execute(
            "INSERT INTO instances (\(columns.map(\.name).joined(separator: ", ")), lease_owner, lease_until) "
                + "VALUES (\(Transaction.marks(columns.count)), NULL, 0)",
            columns.map(\.value)
        )
        try write(instance.place.groups, of: instance.id)
    }

    /// Saves all that can change of an instance but its tags. Its lease stays.
    package func update(_ instance: Instance) throws {
        let columns = try changing(of: instance)
        try transaction.execute(
            "UPDATE instances SET \(columns.map { "\($0.name) = ?" }.joined(separator: ", ")) WHERE id = ?",
            columns.map(\.value) + [.text(instance.id)]
        )
        try transaction.execute("DELETE FROM instance_groups WHERE instance_id = ?", [.text(instance.id)])
        // The interface is gone with it.
        if instance.state != .terminated { try write(instance.place.groups, of: instance.id) }
    }

    /// Forgets an instance, and with the last of a reservation the client token that it was asked for with: a token whose instances nobody can
    /// be told of any more is as good as new.
    package func delete(_ instance: Instance) throws {
        try transaction.execute("DELETE FROM instance_groups WHERE instance_id = ?", [.text(instance.id)])
        try transaction.execute("DELETE FROM instances WHERE id = ?", [.text(instance.id)])
        guard instance.clientToken != nil, try instances(of: instance.reservation, by: instance.owner).isEmpty else { return }
        try transaction.execute("DELETE FROM client_tokens WHERE resource_id = ?", [.text(instance.reservation)])
    }

    private func write(_ groups: [SecurityGroupID], of id: InstanceID) throws {
        for group in groups {
            try transaction.execute(
                "INSERT INTO instance_groups (group_id, instance_id) VALUES (?, ?)",
                [.text(group), .text(id)]
            )
        }
    }

    func load(_ rows: [SQLRow]) throws -> [Instance] {
        guard !rows.isEmpty else { return [] }
        let tags = try TagTable(transaction).tags(on: rows, by: nil)
        let interfaceTags = try interfaceTags(of: rows)
        let groups = try groups(of: rows.map { try $0.text("id") })
        return try rows.map { row in
            let (id, interface) = (try row.text("id"), try row.text("interface"))
            return try Instance(row: row, groups: groups[id] ?? [], tags: tags[id] ?? [], interfaceTags: interfaceTags[interface] ?? [])
        }
    }

    private func interfaceTags(of rows: [SQLRow]) throws -> [String: [Tag]] {
        var owned: [AccountID: [String]] = [:]
        for row in rows { owned[try row.value("owner"), default: []].append(try row.text("interface")) }
        return try owned.reduce(into: [:]) { found, owner in
            found.merge(try TagTable(transaction).tags(of: owner.value, by: owner.key)) { first, _ in first }
        }
    }

    private func groups(of ids: [String]) throws -> [String: [SecurityGroupID]] {
        let sql = "SELECT * FROM instance_groups WHERE instance_id IN (\(Transaction.marks(ids.count))) ORDER BY instance_id, group_id"
        return try transaction.rows(sql, ids.map { .text($0) }).reduce(into: [:]) { found, row in
            found[try row.text("instance_id"), default: []].append(try row.value("group_id"))
        }
    }

    private typealias Column = (name: String, value: SQLValue)

    private func columns(of instance: Instance) throws -> [Column] {
        let place = instance.place
        let lasting: [Column] = [
            ("id", .text(instance.id)), ("owner", .text(instance.owner)), ("reservation", .text(instance.reservation)),
            ("launch_index", .integer(instance.launchIndex)), ("client_token", .text(instance.clientToken)),
            ("image_id", .text(instance.image)), ("root_device_name", .text(instance.rootDeviceName)),
            ("root_device_type", .text(instance.rootDeviceType)), ("key_name", .text(instance.keyName)),
            ("public_key", .text(instance.publicKey)), ("zone", .text(place.zone)), ("subnet", .text(place.subnet)),
            ("vpc", .text(place.vpc)), ("interface", .text(place.interface)),
            ("interface_description", .text(place.interfaceDescription)), ("mac", .text(place.mac)),
            ("private_address", .text(place.privateAddress)), ("is_public", .flag(place.isPublic)),
            ("created_at", .date(instance.createdAt)),
        ]
        return lasting + (try changing(of: instance))
    }

    private func changing(of instance: Instance) throws -> [Column] {
        [
            ("traits", try .json(instance.traits)), ("type", .text(instance.type)),
            ("vcpus", .integer(InstanceType.named(instance.type)?.vCPUs ?? 0)), ("public_address", .text(instance.place.publicAddress)),
            ("metadata_enabled", .flag(instance.metadata.isEnabled)), ("requires_token", .flag(instance.metadata.requiresToken)),
            ("hop_limit", .integer(instance.metadata.hopLimit)), ("shows_tags", .flag(instance.metadata.showsTags)),
            ("shutdown_behavior", .text(instance.shutdownBehavior)),
            ("keeps_from_termination", .flag(instance.protections.termination)), ("keeps_from_stop", .flag(instance.protections.stop)),
            ("is_monitored", .flag(instance.isMonitored)), ("ebs_optimized", .flag(instance.isEBSOptimized)),
            ("credits", .text(instance.credits)), ("profile", .text(instance.profile)), ("profile_id", .text(instance.profileID)),
            ("profile_association", .text(instance.profileAssociationID)), ("profile_associated_at", .date(instance.profileAssociatedAt)),
            ("user_data", .bytes(instance.userData)),
            ("state", .text(instance.state)), ("reason_code", .text(instance.reason?.code)),
            ("reason_message", .text(instance.reason?.message)), ("transition", .text(instance.transition)),
            ("launched_at", .date(instance.launchedAt)), ("terminated_at", .date(instance.terminatedAt)),
            ("was_started", .flag(instance.wasStarted)), ("is_forced", .flag(instance.isForced)),
            ("reboot_requested_at", .date(instance.rebootRequestedAt)), ("pending_image", .text(instance.pendingImage)),
        ]
    }
}

extension Instance {
    fileprivate init(row: SQLRow, groups: [SecurityGroupID], tags: [Tag], interfaceTags: [Tag]) throws {
        var reason: StateReason?
        if let code = try row.optionalText("reason_code") {
            reason = StateReason(code: code, message: try row.optionalText("reason_message") ?? "")
        }
        try self.init(
            id: row.value("id"),
            owner: row.value("owner"),
            reservation: row.value("reservation"),
            launchIndex: Int(row.integer("launch_index")),
            clientToken: row.optionalText("client_token"),
            image: row.value("image_id"),
            traits: row.json("traits"),
            rootDeviceName: row.text("root_device_name"),
            rootDeviceType: row.value("root_device_type"),
            type: row.text("type"),
            keyName: row.optionalText("key_name"),
            publicKey: row.optionalText("public_key"),
            place: Place(row: row, groups: groups, tags: interfaceTags),
            metadata: MetadataOptions(
                isEnabled: row.flag("metadata_enabled"),
                requiresToken: row.flag("requires_token"),
                hopLimit: Int(row.integer("hop_limit")),
                showsTags: row.flag("shows_tags")
            ),
            shutdownBehavior: row.value("shutdown_behavior"),
            protections: Protections(termination: row.flag("keeps_from_termination"), stop: row.flag("keeps_from_stop")),
            isMonitored: row.flag("is_monitored"),
            isEBSOptimized: row.flag("ebs_optimized"),
            credits: row.optionalValue("credits"),
            profile: row.optionalText("profile"),
            profileID: row.optionalText("profile_id"),
            profileAssociationID: row.optionalValue("profile_association"),
            profileAssociatedAt: row.optionalDate("profile_associated_at"),
            userData: row.optionalBytes("user_data"),
            state: row.value("state"),
            reason: reason,
            transition: row.text("transition"),
            createdAt: row.date("created_at"),
            launchedAt: row.date("launched_at"),
            terminatedAt: row.optionalDate("terminated_at"),
            wasStarted: row.flag("was_started"),
            isForced: row.flag("is_forced"),
            rebootRequestedAt: row.optionalDate("reboot_requested_at"),
            pendingImage: row.optionalValue("pending_image"),
            tags: tags
        )
    }
}

extension Instance.Place {
    fileprivate init(row: SQLRow, groups: [SecurityGroupID], tags: [Tag]) throws {
        try self.init(
            zone: row.value("zone"),
            subnet: row.value("subnet"),
            vpc: row.value("vpc"),
            interface: row.value("interface"),
            interfaceDescription: row.text("interface_description"),
            interfaceTags: tags,
            mac: row.text("mac"),
            privateAddress: row.text("private_address"),
            isPublic: row.flag("is_public"),
            publicAddress: row.optionalText("public_address"),
            groups: groups
        )
    }
}
