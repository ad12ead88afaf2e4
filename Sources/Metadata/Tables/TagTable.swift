import Domain

/// Tags of every kind of resource. Each account has its own on what several see.
package struct TagTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// An account's tags on resources, by resource id, each list ordered by key.
    package func tags(of ids: [String], by account: AccountID) throws -> [String: [Tag]] {
        let sql = """
            SELECT resource_id, key, value FROM tags WHERE account = ? AND resource_id IN (\(Transaction.marks(ids.count)))
            ORDER BY resource_id, key
            """
        var tags: [String: [Tag]] = [:]
        for row in try transaction.rows(sql, [.text(account)] + ids.map { .text($0) }) {
            tags[try row.text("resource_id"), default: []].append(Tag(key: try row.text("key"), value: try row.text("value")))
        }
        return tags
    }

    package func tags(of resource: TaggableResource, by account: AccountID) throws -> [Tag] {
        try tags(of: [resource.id], by: account)[resource.id] ?? []
    }

    /// The tags that somebody has on the rows of images or snapshots, by resource id.
    ///
    /// - Parameter account: whose; each owner's own when nil.
    func tags(on rows: [SQLRow], by account: AccountID?) throws -> [String: [Tag]] {
        if let account { return try tags(of: rows.map { try $0.text("id") }, by: account) }
        var owned: [AccountID: [String]] = [:]
        for row in rows { owned[try row.value("owner"), default: []].append(try row.text("id")) }
        return try owned.reduce(into: [:]) { found, owner in
            found.merge(try tags(of: owner.value, by: owner.key)) { first, _ in first }
        }
    }

    /// Sets tags; a tag of the same key is replaced.
    package func set(_ tags: [Tag], on resource: TaggableResource, by account: AccountID) throws {
        for tag in tags {
            try transaction.execute(
                """
                INSERT INTO tags (account, resource_id, key, value, kind) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (account, resource_id, key) DO UPDATE SET value = excluded.value
                """,
                [.text(account), .text(resource.id), .text(tag.key), .text(tag.value), .text(resource.kind)]
            )
        }
    }

    /// Removes a tag: of any value, or only if it has this one.
    package func remove(key: String, value: String?, from resource: TaggableResource, by account: AccountID) throws {
        let condition = value == nil ? "" : " AND value = ?"
        try transaction.execute(
            "DELETE FROM tags WHERE account = ? AND resource_id = ? AND key = ?\(condition)",
            [.text(account), .text(resource.id), .text(key)] + (value.map { [.text($0)] } ?? [])
        )
    }

    package func removeAll(from resource: TaggableResource, by account: AccountID) throws {
        try transaction.execute("DELETE FROM tags WHERE account = ? AND resource_id = ?", [.text(account), .text(resource.id)])
    }

    /// Everybody's, of a resource that goes.
    package func removeAll(from resource: TaggableResource) throws {
        try transaction.execute("DELETE FROM tags WHERE resource_id = ?", [.text(resource.id)])
    }

    /// At most `limit` tags of an account after a place in the order of resource id and key.
    package func page(of account: AccountID, after place: (resourceID: String, key: String)?, limit: Int) throws -> [TagRow] {
        let condition = place == nil ? "" : "AND (resource_id, key) > (?, ?)"
        let sql = """
            SELECT resource_id, key, value, kind FROM tags WHERE account = ? \(condition) ORDER BY resource_id, key LIMIT ?
            """
        let values: [SQLValue] = place.map { [.text($0.resourceID), .text($0.key)] } ?? []
        return try transaction.rows(sql, [.text(account)] + values + [.integer(limit)]).map { row in
            TagRow(
                resourceID: try row.text("resource_id"),
                kind: try row.text("kind"),
                tag: Tag(key: try row.text("key"), value: try row.text("value"))
            )
        }
    }
}

/// A tag and the resource that carries it.
package struct TagRow: Sendable {
    package let resourceID: String
    package let kind: String
    package let tag: Tag
}

/// A tag that somebody has on what is looked for, with one of these values.
package struct TagSearch: Sendable {
    package let key: String
    package let values: [String]
    package let account: AccountID

    package init(key: String, values: [String], by account: AccountID) {
        self.key = key
        self.values = values
        self.account = account
    }

    /// The tags that filters name in full.
    package static func all(in filters: [Filter], by account: AccountID) -> [TagSearch] {
        filters.compactMap { filter in
            guard let key = filter.tagKey, let values = filter.literals else { return nil }
            return TagSearch(key: key, values: values, by: account)
        }
    }

    /// Of a row of images or snapshots, that it has the tag.
    var condition: SQLFragment {
        SQLFragment(
            sql: """
                id IN (SELECT resource_id FROM tags WHERE tags.account = ? AND key = ? AND value IN (\(Transaction.marks(values.count))))
                """,
            values: [.text(account), .text(key)] + values.map { .text($0) }
        )
    }
}
