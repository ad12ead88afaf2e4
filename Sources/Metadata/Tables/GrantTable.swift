import Domain
import Foundation

/// Grants on KMS keys.
package struct GrantTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func grant(_ id: String) throws -> KeyGrant? {
        try transaction.firstRow("SELECT * FROM kms_grants WHERE id = ?", [.text(id)]).map(grant)
    }

    /// At most `limit` grants on a key behind an id, by id.
    package func grants(on key: KeyID, after id: String?, limit: Int) throws -> [KeyGrant] {
        let sql = "SELECT * FROM kms_grants WHERE key_id = ? AND id > ? ORDER BY id LIMIT ?"
        return try transaction.rows(sql, [.text(key), .text(id ?? ""), .integer(limit)]).map(grant)
    }

    /// At most `limit` grants of an account that a principal may retire, behind an id, by id.
    package func grants(retirableBy principal: String, issuer: AccountID, after id: String?, limit: Int) throws -> [KeyGrant] {
        let sql = "SELECT * FROM kms_grants WHERE retiring = ? AND issuer = ? AND id > ? ORDER BY id LIMIT ?"
        return try transaction.rows(sql, [.text(principal), .text(issuer), .text(id ?? ""), .integer(limit)]).map(grant)
    }

    package func grants(on key: KeyID, named name: String) throws -> [KeyGrant] {
        try transaction.rows("SELECT * FROM kms_grants WHERE key_id = ? AND name = ? ORDER BY id", [.text(key), .text(name)]).map(grant)
    }

    /// Those on a key whose grantee has one of some names or ids.
    package func grants(on key: KeyID, to names: Set<String>, ids: Set<String>) throws -> [KeyGrant] {
        // No list of SQL is empty.
        let (names, ids) = (names.union([""]), ids.union([""]))
        let sql = """
            SELECT * FROM kms_grants WHERE key_id = ? AND (grantee IN (\(Transaction.marks(names.count)))
                OR grantee_id IN (\(Transaction.marks(ids.count)))) ORDER BY id
            """
        return try transaction.rows(sql, [.text(key)] + (names.sorted() + ids.sorted()).map { .text($0) }).map(grant)
    }

    /// At most `limit` grants of which nobody has looked whom they name.
    package func unbound(limit: Int) throws -> [KeyGrant] {
        try transaction.rows("SELECT * FROM kms_grants WHERE principal_ids IS NULL LIMIT ?", [.integer(limit)]).map(grant)
    }

    /// Says whom one names.
    package func set(_ ids: PrincipalIDs, of grant: KeyGrant) throws {
        try transaction.execute(
            "UPDATE kms_grants SET principal_ids = ?, grantee_id = ? WHERE id = ?",
            [.json(ids), .text(ids.byARN[grant.grantee]), .text(grant.id)]
        )
    }

    package func insert(_ grant: KeyGrant) throws {
        var equals: [UInt8]?
        var contains: [UInt8]?
        switch grant.constraint {
        case .contextEquals(let context): equals = context.canonicalBytes
        case .contextContains(let context): contains = context.canonicalBytes
        case nil: break
        }
        try transaction.execute(
            """
            INSERT INTO kms_grants (
                id, key_id, name, grantee, retiring, issuer, operations, context_equals, context_contains, created_at,
                principal_ids, grantee_id
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(grant.id), .text(grant.key), .text(grant.name), .text(grant.grantee), .text(grant.retiringPrincipal),
                .text(grant.issuer), .text(grant.operations.map(\.rawValue).joined(separator: " ")), .bytes(equals), .bytes(contains),
                .date(grant.createdAt), .optionalJSON(grant.principalIDs), .text(grant.principalIDs?.byARN[grant.grantee]),
            ]
        )
        try QuotaUsageTable(transaction).add(1, .grant, of: grant.key.rawValue)
    }

    package func delete(_ id: String) throws {
        guard let row = try transaction.firstRow("SELECT key_id FROM kms_grants WHERE id = ?", [.text(id)]) else { return }
        try transaction.execute("DELETE FROM kms_grants WHERE id = ?", [.text(id)])
        try QuotaUsageTable(transaction).add(-1, .grant, of: row.text("key_id"))
    }

    private func grant(_ row: SQLRow) throws -> KeyGrant {
        KeyGrant(
            id: try row.text("id"),
            key: try row.value("key_id"),
            name: try row.optionalText("name"),
            grantee: try row.text("grantee"),
            retiringPrincipal: try row.optionalText("retiring"),
            issuer: try row.value("issuer"),
            operations: try row.text("operations").split(separator: " ").map { name in
                guard let operation = GrantOperation(rawValue: String(name)) else { throw CorruptRow(column: "operations") }
                return operation
            },
            constraint: try constraint(row),
            createdAt: try row.date("created_at"),
            principalIDs: try row.optionalJSON("principal_ids")
        )
    }

    private func constraint(_ row: SQLRow) throws -> GrantConstraint? {
        func context(_ column: String) throws -> EncryptionContext? {
            guard let bytes = try row.optionalBytes(column) else { return nil }
            guard let context = EncryptionContext(canonicalBytes: bytes) else { throw CorruptRow(column: column) }
            return context
        }
        if let equals = try context("context_equals") { return .contextEquals(equals) }
        return try context("context_contains").map { .contextContains($0) }
    }
}
