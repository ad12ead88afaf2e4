import Domain
import Foundation

/// KMS keys of a Region, without their materials.
package struct KeyTable {
    private let transaction: Transaction
    private let region: Region

    /// - Parameter region: whose database it is; part of every key's ARN.
    package init(_ transaction: Transaction, in region: Region) {
        self.transaction = transaction
        self.region = region
    }

    package func key(_ id: KeyID) throws -> KMSKey? {
        try transaction.firstRow("SELECT * FROM kms_keys WHERE id = ?", [.text(id)]).map(key)
    }

    /// At most `limit` ids of an account's keys behind a place, in order.
    package func ids(of account: AccountID, after place: String?, limit: Int) throws -> [KeyID] {
        let sql = "SELECT id FROM kms_keys WHERE account = ? AND id > ? ORDER BY id LIMIT ?"
        return try transaction.rows(sql, [.text(account), .text(place ?? ""), .integer(limit)]).map { try $0.value("id") }
    }

    /// Keys whose day to be deleted has come.
    package func due(forDeletionAt date: Date, limit: Int) throws -> [KMSKey] {
        let sql = "SELECT * FROM kms_keys WHERE deletion_at <= ? ORDER BY deletion_at LIMIT ?"
        return try transaction.rows(sql, [.date(date), .integer(limit)]).map(key)
    }

    /// Enabled keys whose day to get new material has come.
    package func due(forRotationAt date: Date, limit: Int) throws -> [KMSKey] {
        let sql = "SELECT * FROM kms_keys WHERE rotation_at <= ? AND state = 'Enabled' ORDER BY rotation_at LIMIT ?"
        return try transaction.rows(sql, [.date(date), .integer(limit)]).map(key)
    }

    /// At most `limit` keys of whose policies nobody has looked whom they name.
    package func unbound(limit: Int) throws -> [KMSKey] {
        try transaction.rows("SELECT * FROM kms_keys WHERE policy_ids IS NULL LIMIT ?", [.integer(limit)]).map(key)
    }

    package func insert(_ key: KMSKey) throws {
        try transaction.execute(
            """
            INSERT INTO kms_keys (
                id, account, description, usage, spec, manager, created_at, state, deletion_at, rotation_days, rotation_at, material_number,
                policy, policy_ids
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [.text(key.id), .text(key.account), .text(key.description), .text(key.usage), .text(key.spec), .text(key.manager)]
                + [.date(key.createdAt)] + (try changing(key))
        )
        if key.manager == .customer { try QuotaUsageTable(transaction).add(1, .key, of: key.account.rawValue) }
    }

    /// Writes what of a key can change.
    package func update(_ key: KMSKey) throws {
        try transaction.execute(
            """
            UPDATE kms_keys SET state = ?, deletion_at = ?, rotation_days = ?, rotation_at = ?, material_number = ?, policy = ?,
                policy_ids = ?, description = ? WHERE id = ?
            """,
            try changing(key) + [.text(key.description), .text(key.id)]
        )
    }

    /// Removes a key with all that is its own. Its materials are overwritten in place before they go: SQLite keeps what is deleted in
    /// free pages.
    package func delete(_ id: KeyID) throws {
        guard let key = try self.key(id) else { return }
        let materials = MaterialTable(transaction)
        for material in try materials.materials(of: id, after: 0, limit: Int(Int32.max)) {
            try materials.setSealed(Array(repeating: 0, count: material.sealed.count), of: material)
        }
        for table in ["kms_materials", "kms_aliases", "kms_grants", "kms_tags"] {
            try transaction.execute("DELETE FROM \(table) WHERE key_id = ?", [.text(id)])
        }
        try transaction.execute("DELETE FROM kms_keys WHERE id = ?", [.text(id)])
        let usage = QuotaUsageTable(transaction)
        try usage.forget(.grant, of: id.rawValue)
        if key.manager == .customer { try usage.add(-1, .key, of: key.account.rawValue) }
    }

    private func changing(_ key: KMSKey) throws -> [SQLValue] {
        try [
            .text(key.state), .date(key.deletionAt), .integer(key.rotation?.days), .date(key.rotation?.next),
            .integer(key.materialNumber), .text(key.policy), .optionalJSON(key.policyIDs),
        ]
    }

    private func key(_ row: SQLRow) throws -> KMSKey {
        var rotation: KeyRotation?
        if let days = try row.optionalInteger("rotation_days"), let next = try row.optionalDate("rotation_at") {
            rotation = KeyRotation(days: Int(days), next: next)
        }
        return KMSKey(
            id: try row.value("id"),
            account: try row.value("account"),
            region: region,
            description: try row.text("description"),
            usage: try row.value("usage"),
            spec: try row.value("spec"),
            manager: try row.value("manager"),
            createdAt: try row.date("created_at"),
            state: try row.value("state"),
            deletionAt: try row.optionalDate("deletion_at"),
            rotation: rotation,
            materialNumber: Int(try row.integer("material_number")),
            policy: try row.text("policy"),
            policyIDs: try row.optionalJSON("policy_ids")
        )
    }
}
