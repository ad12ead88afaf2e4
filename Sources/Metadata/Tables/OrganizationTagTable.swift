import Domain

/// The tags of an organization's root, units, accounts and policies.
package struct OrganizationTagTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// In the order of their keys.
    package func tags(of resource: String) throws -> [Tag] {
        try transaction.rows("SELECT * FROM organization_tags WHERE resource = ? ORDER BY tag_key", [.text(resource)]).map {
            Tag(key: try $0.text("tag_key"), value: try $0.text("tag_value"))
        }
    }

    package func set(_ tags: [Tag], of resource: String) throws {
        for tag in tags {
            try transaction.execute(
                """
                INSERT INTO organization_tags (resource, tag_key, tag_value) VALUES (?, ?, ?)
                ON CONFLICT (resource, tag_key) DO UPDATE SET tag_value = excluded.tag_value
                """,
                [.text(resource), .text(tag.key), .text(tag.value)]
            )
        }
    }

    package func remove(_ keys: [String], of resource: String) throws {
        for key in keys {
            try transaction.execute("DELETE FROM organization_tags WHERE resource = ? AND tag_key = ?", [.text(resource), .text(key)])
        }
    }

    package func removeAll(of resource: String) throws {
        try transaction.execute("DELETE FROM organization_tags WHERE resource = ?", [.text(resource)])
    }
}
