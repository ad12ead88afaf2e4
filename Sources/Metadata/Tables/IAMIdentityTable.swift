import Domain

/// Users, groups, roles and instance profiles of accounts.
package struct IAMIdentityTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func find(_ kind: IAMIdentity.Kind, _ name: String, of account: AccountID) throws -> IAMIdentity? {
        try transaction.firstRow(
            "SELECT * FROM iam_identities WHERE account = ? AND kind = ? AND lower_name = ?",
            [.text(account), .text(kind), .text(IAMNaming.folded(name))]
        ).map(Self.identity)
    }

    /// - Throws: `Fault` `NoSuchEntity`.
    package func require(_ kind: IAMIdentity.Kind, _ name: String, of account: AccountID) throws -> IAMIdentity {
        guard let identity = try find(kind, name, of: account) else { throw Fault.noSuchEntity(kind, name) }
        return identity
    }

    package func find(id: String) throws -> IAMIdentity? {
        try transaction.firstRow("SELECT * FROM iam_identities WHERE id = ?", [.text(id)]).map(Self.identity)
    }

    /// At most `limit` of a kind behind a name, by name, whose path begins so.
    ///
    /// - Parameter name: as `place(of:)` gives it.
    package func list(
        _ kind: IAMIdentity.Kind,
        of account: AccountID,
        pathPrefix: String = "/",
        after name: String?,
        limit: Int
    ) throws -> [IAMIdentity] {
        // Paths have ASCII alone: nothing that begins so comes behind.
        let condition = pathPrefix == "/" ? "" : " AND path >= ? AND path < ?"
        let prefix: [SQLValue] = pathPrefix == "/" ? [] : [.text(pathPrefix), .text(pathPrefix + "\u{80}")]
        return try transaction.rows(
            "SELECT * FROM iam_identities WHERE account = ? AND kind = ? AND lower_name > ?\(condition) ORDER BY lower_name LIMIT ?",
            [.text(account), .text(kind), .text(name ?? "")] + prefix + [.integer(limit)]
        ).map(Self.identity)
    }

    /// Where an identity stands in the lists.
    package static func place(of identity: IAMIdentity) -> String { IAMNaming.folded(identity.name) }

    /// At most `limit` roles of whose policies nobody has looked whom they name.
    package func unbound(limit: Int) throws -> [IAMIdentity] {
        let sql = "SELECT * FROM iam_identities WHERE trust IS NOT NULL AND trust_ids IS NULL LIMIT ?"
        return try transaction.rows(sql, [.integer(limit)]).map(Self.identity)
    }

    package func count(_ kind: IAMIdentity.Kind, of account: AccountID) throws -> Int {
        let sql = "SELECT COUNT(*) AS count FROM iam_identities WHERE account = ? AND kind = ?"
        return Int(try transaction.firstRow(sql, [.text(account), .text(kind)])?.integer("count") ?? 0)
    }

    /// Takes in a new one.
    ///
    /// - Throws: `Fault` `EntityAlreadyExists`, `LimitExceeded`.
    package func insert(_ identity: IAMIdentity) throws {
        guard try find(identity.kind, identity.name, of: identity.account) == nil else {
            throw Fault.entityAlreadyExists(identity.kind, identity.name)
        }
        let max = try QuotaTable(transaction).value(of: identity.kind.quota, for: identity.account)
        guard try count(identity.kind, of: identity.account) < max else { throw Fault.limitExceeded(identity.kind.quotaName, max) }
        try transaction.execute(
            """
            INSERT INTO iam_identities (
                name, lower_name, path, boundary, description, trust, session_seconds, used_at, used_region, trust_ids, id, account, kind,
                created_at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            try values(identity) + [.text(identity.id), .text(identity.account), .text(identity.kind), .date(identity.createdAt)]
        )
    }

    /// Saves what may change: name, path and the rest.
    ///
    /// - Throws: `Fault` `EntityAlreadyExists` when the name is another's.
    package func update(_ identity: IAMIdentity) throws {
        let namesake = try find(identity.kind, identity.name, of: identity.account)
        guard namesake == nil || namesake?.id == identity.id else { throw Fault.entityAlreadyExists(identity.kind, identity.name) }
        try transaction.execute(
            """
            UPDATE iam_identities SET name = ?, lower_name = ?, path = ?, boundary = ?, description = ?, trust = ?, session_seconds = ?,
            used_at = ?, used_region = ?, trust_ids = ? WHERE id = ?
            """,
            try values(identity) + [.text(identity.id)]
        )
    }

    /// What hangs on it must be gone already; its tags go with it.
    package func delete(_ identity: IAMIdentity) throws {
        try IAMTagTable(transaction).removeAll(from: identity.id)
        try transaction.execute("DELETE FROM iam_identities WHERE id = ?", [.text(identity.id)])
    }

    private func values(_ identity: IAMIdentity) throws -> [SQLValue] {
        try [
            .text(identity.name), .text(IAMNaming.folded(identity.name)), .text(identity.path), .text(identity.boundary),
            .text(identity.description), .text(identity.trust), .integer(identity.sessionSeconds), .date(identity.usedAt),
            .text(identity.usedRegion), .optionalJSON(identity.trustIDs),
        ]
    }

    /// An identity of all columns of a row.
    static func identity(_ row: SQLRow) throws -> IAMIdentity {
        IAMIdentity(
            id: try row.text("id"),
            account: try row.value("account"),
            kind: try row.value("kind"),
            name: try row.text("name"),
            path: try row.text("path"),
            boundary: try row.optionalText("boundary"),
            description: try row.text("description"),
            trust: try row.optionalText("trust"),
            trustIDs: try row.optionalJSON("trust_ids"),
            sessionSeconds: try row.optionalInteger("session_seconds").map(Int.init),
            usedAt: try row.optionalDate("used_at"),
            usedRegion: try row.optionalText("used_region"),
            createdAt: try row.date("created_at")
        )
    }
}
