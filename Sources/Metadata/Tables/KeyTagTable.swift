import Domain

/// Tags of KMS keys: apart from those of EC2's resources, which EC2 lists.
package struct KeyTagTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// At most `limit` tags of a key behind a tag's key, by key.
    package func tags(of id: KeyID, after key: String? = nil, limit: Int = TagRules.countMax) throws -> [Tag] {
        let condition = key == nil ? "" : " AND key > ?"
        let values: [SQLValue] = [.text(id)] + (key.map { [.text($0)] } ?? []) + [.integer(limit)]
        return try transaction.rows("SELECT key, value FROM kms_tags WHERE key_id = ?\(condition) ORDER BY key LIMIT ?", values).map {
            Tag(key: try $0.text("key"), value: try $0.text("value"))
        }
    }

    /// Sets tags; a tag of the same key is replaced.
    package func set(_ tags: [Tag], on id: KeyID) throws {
        for tag in tags {
            try transaction.execute(
                """
                INSERT INTO kms_tags (key_id, key, value) VALUES (?, ?, ?)
                ON CONFLICT (key_id, key) DO UPDATE SET value = excluded.value
                """,
                [.text(id), .text(tag.key), .text(tag.value)]
            )
        }
    }

    package func remove(key: String, from id: KeyID) throws {
        try transaction.execute("DELETE FROM kms_tags WHERE key_id = ? AND key = ?", [.text(id), .text(key)])
    }
}
