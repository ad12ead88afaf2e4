import Domain

/// Tags of what IAM keeps, by the ids of the resources.
package struct IAMTagTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// At most `limit` tags of a resource behind a key, by key.
    ///
    /// - Parameter key: as `place(of:)` gives it.
    package func tags(of resource: String, after key: String? = nil, limit: Int = IAMTagRules.countMax) throws -> [Tag] {
        try transaction.rows(
            "SELECT tag_key, tag_value FROM iam_tags WHERE resource = ? AND lower_key > ? ORDER BY lower_key LIMIT ?",
            [.text(resource), .text(key ?? ""), .integer(limit)]
        ).map { Tag(key: try $0.text("tag_key"), value: try $0.text("tag_value")) }
    }

    /// Where a tag stands in the list.
    package static func place(of tag: Tag) -> String { IAMNaming.folded(tag.key) }

    /// Sets tags; one of the same key is replaced.
    ///
    /// - Throws: `Fault` `InvalidInput`; `LimitExceeded` when the resource would have too many.
    package func set(_ tags: [Tag], on resource: String) throws {
        try IAMTagRules.check(tags)
        for tag in tags {
            try transaction.execute(
                """
                INSERT INTO iam_tags (resource, lower_key, tag_key, tag_value) VALUES (?, ?, ?, ?)
                ON CONFLICT (resource, lower_key) DO UPDATE SET tag_key = excluded.tag_key, tag_value = excluded.tag_value
                """,
                [.text(resource), .text(IAMNaming.folded(tag.key)), .text(tag.key), .text(tag.value)]
            )
        }
        let sql = "SELECT COUNT(*) AS count FROM iam_tags WHERE resource = ?"
        try IAMTagRules.checkCount(Int(transaction.firstRow(sql, [.text(resource)])?.integer("count") ?? 0))
    }

    /// Removes tags by their keys; one that is not there is fine.
    package func remove(keys: [String], from resource: String) throws {
        for key in keys {
            try IAMTagRules.checkKey(key)
            try transaction.execute(
                "DELETE FROM iam_tags WHERE resource = ? AND lower_key = ?",
                [.text(resource), .text(IAMNaming.folded(key))]
            )
        }
    }

    package func removeAll(from resource: String) throws {
        try transaction.execute("DELETE FROM iam_tags WHERE resource = ?", [.text(resource)])
    }
}
