import Domain

/// Tags of every kind of resource.
package struct TagTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// The tags of resources, by resource id, each list ordered by key.
    package func tags(of ids: [String]) throws -> [String: [Tag]] {
        let sql =
            "SELECT resource_id, key, value FROM tags WHERE resource_id IN (\(Transaction.marks(ids.count))) ORDER BY resource_id, key"
        var tags: [String: [Tag]] = [:]
        for row in try transaction.rows(sql, ids.map { .text($0) }) {
            tags[try row.text("resource_id"), default: []].append(Tag(key: try row.text("key"), value: try row.text("value")))
        }
        return tags
    }

    package func tags(of resource: TaggableResource) throws -> [Tag] { try tags(of: [resource.id])[resource.id] ?? [] }

    /// Sets tags; a tag of the same key is replaced.
    package func set(_ tags: [Tag], on resource: TaggableResource) throws {
        for tag in tags {
            try transaction.execute(
                """
                INSERT INTO tags (resource_id, key, value, kind) VALUES (?, ?, ?, ?)
                ON CONFLICT (resource_id, key) DO UPDATE SET value = excluded.value
                """,
                [.text(resource.id), .text(tag.key), .text(tag.value), .text(resource.kind)]
            )
        }
    }

    /// Removes a tag: of any value, or only if it has this one.
    package func remove(key: String, value: String?, from resource: TaggableResource) throws {
        let condition = value == nil ? "" : " AND value = ?"
        try transaction.execute(
            "DELETE FROM tags WHERE resource_id = ? AND key = ?\(condition)",
            [.text(resource.id), .text(key)] + (value.map { [.text($0)] } ?? [])
        )
    }

    package func removeAll(from resource: TaggableResource) throws {
        try transaction.execute("DELETE FROM tags WHERE resource_id = ?", [.text(resource.id)])
    }

    /// At most `limit` tags after a place in the order of resource id and key.
    package func page(after place: (resourceID: String, key: String)?, limit: Int) throws -> [TagRow] {
        let condition = place == nil ? "" : "WHERE (resource_id, key) > (?, ?)"
        let sql = "SELECT resource_id, key, value, kind FROM tags \(condition) ORDER BY resource_id, key LIMIT ?"
        let values: [SQLValue] = place.map { [.text($0.resourceID), .text($0.key)] } ?? []
        return try transaction.rows(sql, values + [.integer(limit)]).map { row in
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
